"""The asynchronous delivery client."""
