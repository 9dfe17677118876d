"""Patterns that users write, on an engine whose time is linear in the text (RE2) [choice 42].

The module comes from google-re2, from Python 3.15 on from pyre2: the former has no wheels for that.

Python's `re` tries ways without end on a pattern such as `(a+)+$` and would stop the whole server.
"""

from functools import lru_cache
from importlib import import_module
from typing import Any


@lru_cache(1024)
def compile_pattern(pattern: str) -> Any:
    """Compile a user's pattern.

    Args:
        pattern: A regular expression without look-around and without references.

    Returns:
        It has `search`.

    Raises:
        ValueError: RE2 does not know such a pattern.
    """
    re2: Any = import_module("re2")  # 20 ms, for the few who use patterns
    try:
        if hasattr(re2, "Options"):
            options = re2.Options()
            options.log_errors = False
            return re2.compile(pattern, options)
        re2.set_fallback_notification(re2.FALLBACK_EXCEPTION)  # pyre2 would ask Python's `re`
        return re2.compile(pattern)
    except (re2.error, UnicodeEncodeError, TypeError) as error:
        reason = error.args[0] if error.args else error
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(text) from error
