"""Tests and outcomes by a planned end."""
