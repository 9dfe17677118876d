"""Compare two arms: intervals, p-values, always-valid figures."""
