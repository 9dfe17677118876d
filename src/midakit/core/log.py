"""Loggers that load `logging` only when there is something to say.

A process that has not loaded it listens to no log, and loading it is a twentieth of its first call.
"""

import sys
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

    __slots__ = ("_logger", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._logger: logging.Logger | None = None

    def is_debugging(self) -> bool:
        """Say whether somebody listens to everything."""
        if self._logger is None:
            if "logging" not in sys.modules:
                return False
            self._load()
        return self._logger.isEnabledFor(DEBUG)  # type: ignore[union-attr]

    def debug(self, text: str, *values: Any) -> None:
        """Log something for who listens to everything.

        Args:
            text: The message, with the places of the values.
            *values: What is put in.
        """
        if self.is_debugging():
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

        self._logger = logging.getLogger(self._name)
        return self._logger
