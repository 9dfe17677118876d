"""Which process this is: an object that a forked child replaces, so that asking costs nothing."""

import os

this = object()


def _replace() -> None:
    global this
    this = object()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_replace)
