"""Data sets: made up from a seed, read from JSON lines, written to them, and live traffic."""
