"""From either client to an asynchronous one; apart, so that the mirror does not rename it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida


def asynchronous(options: Mapping[str, Any]) -> "AsyncMida":
    """A client with these settings."""
    from midakit.mida._async.client import AsyncMida

    return AsyncMida(**options)
