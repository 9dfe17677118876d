"""The HTTP server: the application, who may call it, and the sandbox's own controls."""
