"""The core: it knows HTTP and no provider."""
