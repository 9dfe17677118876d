"""Completion: what may stand next on a command line; imports no parser, for each Tab starts a process."""
