"""Faults on demand: rules decide (pure), acting spoils the answer, protocol gives the socket."""
