"""Which websites and host names may use the sandbox's own controls and its page."""

import ipaddress

from starlette.requests import Request

from midakit.sandbox.errors import HttpError


def refuse_strangers(request: Request, bound: str) -> None:
    """403 for other websites' pages, and for foreign names that lead to loopback."""
    host = request.headers.get("host", "")
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != host:
        raise HttpError(403, "Requests from other websites are refused")
    if is_loopback(bound) and not is_loopback(request.url.hostname or ""):
        raise HttpError(403, "This sandbox is reached as localhost only")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
