"""The asynchronous transport over httpx or httpx2."""
