"""Experiments as code, asynchronous."""
