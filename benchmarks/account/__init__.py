"""An account to export, those who export it, and what converting its rows costs."""
