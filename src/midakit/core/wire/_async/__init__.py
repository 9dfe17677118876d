"""Choose and open a transport, asynchronously."""
