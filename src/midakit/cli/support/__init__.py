"""Profiles, sessions, diagnosis and advice behind the commands."""
