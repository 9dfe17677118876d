"""Seed, load and store data sets."""
