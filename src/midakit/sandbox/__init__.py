"""A local server that really implements the Mida V2 API over real visitor-level data.

    with Sandbox(seed=42) as sandbox:
        requests.get(sandbox.base_url + ...)

    python -m midakit.sandbox serve --port 4010 --seed 42 --visitors 100000

It imports nothing of the client, so that a mistake in one cannot hide behind the same mistake in the
other.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.sandbox.server.sandbox import Sandbox as Sandbox
    from midakit.sandbox.settings import Settings as Settings

__all__ = ["Sandbox", "Settings"]

_MODULES = {"Sandbox": "midakit.sandbox.server.sandbox", "Settings": "midakit.sandbox.settings"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the server's libraries are heavy."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    try:
        return getattr(import_module(_MODULES[name]), name)
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("midakit"):
            raise
        raise ImportError(
            f"{missing.name} is not installed; run: pip install 'midakit[sandbox]'",
            name=missing.name,
        ) from missing
