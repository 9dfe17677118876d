"""The asynchronous client of Mida; its twin is generated from it."""
