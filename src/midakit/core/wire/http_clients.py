"""Which family an injected client is of: httpx's or httpx2's, by name, so that neither is imported."""

import sys
from typing import Any

from midakit.errors import ConfigurationError


def family(client: Any, wanted: str) -> Any:
    """The module whose exception classes this client raises."""
    for cls in type(client).__mro__:
        root = cls.__module__.partition(".")[0]
        if root in ("httpx", "httpx2") and cls.__name__ in ("AsyncClient", "Client"):
            if cls.__name__ != wanted:
                raise ConfigurationError(
                    f"http_client: this client needs a {root}.{wanted}, not a {cls.__name__}"
                )
            return sys.modules[root]
    raise ConfigurationError(
        f"http_client: a {type(client).__name__} is neither httpx.{wanted} nor httpx2.{wanted}"
    )
