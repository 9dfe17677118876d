"""Which library a client belongs to: httpx or httpx2, told by name so that neither is imported."""

import sys
from typing import Any

from midakit.errors import ConfigurationError


def library_of(client: Any, wanted: str) -> Any:
    """Return the module whose exceptions a client raises.

    Args:
        client: A client of httpx or httpx2, or of a subclass.
        wanted: The class it must be: "AsyncClient" or "Client".

    Returns:
        The module `httpx` or `httpx2`.

    Raises:
        ConfigurationError: The client is of neither library, or of the other kind.
    """
    for cls in type(client).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in ("httpx", "httpx2") and cls.__name__ in ("AsyncClient", "Client"):
            if cls.__name__ != wanted:
                raise ConfigurationError(
                    f"http_client: this client needs {root}.{wanted}, not {root}.{cls.__name__}"
                )
            return sys.modules[root]
    raise ConfigurationError(
        f"http_client: {type(client).__name__} is neither httpx.{wanted} nor httpx2.{wanted}"
    )
