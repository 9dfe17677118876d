"""Decoders of msgspec, compiled one at a time.

msgspec keeps what it knows of a class on the class itself, before that is complete: a class may hold
itself. A second thread that compiles a decoder meanwhile takes the incomplete one, and the process
crashes when it decodes. So whoever compiles for classes that others use holds this lock.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any

import msgspec

_compiling = Lock()


def compiled(answer: Any, hook: Callable[[Any, Any], Any]) -> "msgspec.json.Decoder[Any]":
    """Return a lax decoder of a type.

    Args:
        answer: The type.
        hook: Reads values of classes that msgspec does not know.
    """
    with _compiling:
        return msgspec.json.Decoder(answer, strict=False, dec_hook=hook)
