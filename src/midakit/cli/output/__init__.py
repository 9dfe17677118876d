"""Print answers: tables, JSON, CSV, figures in words."""
