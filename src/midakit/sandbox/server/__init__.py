"""The HTTP server: application, access, administration."""
