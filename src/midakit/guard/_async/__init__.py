"""The guard, asynchronous."""
