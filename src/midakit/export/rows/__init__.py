"""Turn answers into rows of the documented tables."""
