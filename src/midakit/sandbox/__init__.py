"""A local server that really implements the Mida V2 API over real visitor-level data.

    with Sandbox(seed=42) as sandbox:
        requests.get(sandbox.base_url + ...)

    python -m midakit.sandbox serve --port 4010 --seed 42 --visitors 100000

Imports nothing of the client, so that a mistake in one cannot hide behind the same in the other.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.sandbox.server.sandbox import Sandbox as Sandbox
    from midakit.sandbox.settings import Settings as Settings

__all__ = ["Sandbox", "Settings"]

_HOMES = {"Sandbox": "midakit.sandbox.server.sandbox", "Settings": "midakit.sandbox.settings"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("midakit"):
            raise
        raise ImportError(
            f"{missing.name} is not installed; run: pip install 'midakit[sandbox]'",
            name=missing.name,
        ) from missing
