"""The asynchronous half of the core; its twin is generated from it."""
