"""Which websites and host names may use the sandbox's own controls and its page.

A page of some website must not be able to reset or read a sandbox on the visitor's machine.
"""

import ipaddress

from starlette.requests import Request

from midakit.sandbox.errors import HttpError


def refuse_foreign_origin(request: Request, bound: str) -> None:
    """Refuse requests of other websites' pages, and foreign host names that lead to loopback.

    Args:
        request: Read for its address and its headers Host and Origin.
        bound: The address that the sandbox listens on.

    Raises:
        HttpError: 403, the request came from elsewhere.
    """
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        raise HttpError(403, "Requests from other websites are refused")
    if is_loopback(bound) and not is_loopback(request.url.hostname or ""):
        raise HttpError(403, "This sandbox is reached as localhost only")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine alone.

    Args:
        host: A host name or an address.

    Returns:
        True for loopback addresses and for `localhost`.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
