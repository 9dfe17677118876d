"""Probability distributions and numerical methods; nothing here knows an experiment."""
