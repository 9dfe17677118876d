"""Faults on demand: rules decide (pure), the middleware applies them, the protocol has the socket."""
