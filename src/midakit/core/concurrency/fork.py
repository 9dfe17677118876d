"""Tell a process from its forked children, by an object that a child replaces: comparing it costs nothing.

Read it as `fork.process_token`, so that the replaced one is seen.
"""

import os

process_token = object()


def _replace() -> None:
    global process_token
    process_token = object()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_replace)
