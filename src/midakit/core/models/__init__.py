"""Turn bytes into typed answers, and typed values back into JSON."""
