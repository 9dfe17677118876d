"""Read arguments, files and segments."""
