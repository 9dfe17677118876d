"""A moment as LaunchDarkly sends it: milliseconds since the epoch."""

from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = -62_135_596_800_000, 253_402_300_799_999
"""The first and the last millisecond that a `datetime` can hold."""


class Millis(int):
    """Milliseconds since the epoch, as sent; `datetime` is the same moment, aware."""

    @classmethod
    def read(cls, value: Any) -> "Millis":
        """Read milliseconds from a number or from digits in a text.

        Args:
            value: What the server sent.

        Raises:
            ValueError: It is not a number, or lies outside the years 1 to 9999.
        """
        if value.__class__ not in (int, float, str):  # a bool is an int to Python
            raise ValueError("not a number of milliseconds")
        try:
            found = cls(value)
        except (ValueError, OverflowError):
            raise ValueError("not a number of milliseconds") from None
        if not EARLIEST <= found <= LATEST:
            raise ValueError("outside the years 1 to 9999")
        return found

    @property
    def datetime(self) -> datetime:
        """The moment, in UTC."""
        return EPOCH + timedelta(milliseconds=self)
