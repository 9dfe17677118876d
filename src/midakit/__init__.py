"""midakit: the async-first Python SDK for the Mida V2 API."""
