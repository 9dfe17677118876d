"""Asynchronous transports over httpx and httpcore."""
