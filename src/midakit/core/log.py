"""Loggers that load `logging` only when there is something to say.

A process that has not loaded it listens to no log, and loading it is a twentieth of its first call.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import logging

DEBUG = 10
"""`logging.DEBUG`"""


class LazyLogger:
    """A logger of the standard library, made when it is first needed.

    Args:
        name: Its name.
    """

    __slots__ = ("_name", "is_enabled")

    def __init__(self, name: str) -> None:
        self._name = name
        self.is_enabled: Callable[[int], bool] = self._is_enabled
        """Says whether somebody listens to a level."""

    def _is_enabled(self, level: int) -> bool:
        """Say whether somebody listens; once `logging` is loaded, its own method takes this one's place."""
        return "logging" in sys.modules and self._load().isEnabledFor(level)

    def debug(self, text: str, *values: Any) -> None:
        """Log something for who listens to everything.

        Args:
            text: The message, with the places of the values.
            *values: What is put in.
        """
        if self.is_enabled(DEBUG):
            self._load().debug(text, *values)

    def warning(self, text: str, *values: Any) -> None:
        """Log a warning.

        Args:
            text: The message, with the places of the values.
            *values: What is put in.
        """
        self._load().warning(text, *values)

    def _load(self) -> "logging.Logger":
        import logging

        logger = logging.getLogger(self._name)
        self.is_enabled = logger.isEnabledFor
        return logger
