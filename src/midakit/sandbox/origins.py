"""Which host names a sandbox answers to, and pages of which websites may use it. Pure.

A website can let its own name lead to this machine (DNS rebinding), and its pages then talk to
whatever listens here. Such a name has a dot and is not ours, so it is refused. No website can take
addresses, `localhost`, names without a dot, as containers have them, and names under `.internal`
and `.test`, which are kept free for private use.
"""

import ipaddress
from collections.abc import Collection

_PRIVATE = (".internal", ".test")


def host_allowed(header: str, bound: str, more: Collection[str]) -> bool:
    """Return whether a request may name a host.

    Args:
        header: The header `Host`; empty when there was none, as no browser does it.
        bound: The host that the sandbox listens on.
        more: More names; one that begins with a dot covers what ends in it, `*` is any.

    Returns:
        False for a name that may be somebody else's.
    """
    name = host_name(header)
    if not name or name == bound.lower() or _is_address(name) or "." not in name:
        return True
    return is_loopback(name) or name.endswith(_PRIVATE) or _listed(name, more)


def origin_allowed(origin: str, host: str, more: Collection[str]) -> bool:
    """Return whether pages of a website may read answers and use the controls.

    Args:
        origin: The header `Origin`, such as `http://localhost:5173`.
        host: The header `Host` of the same request.
        more: More origins; `*` is any.

    Returns:
        True for this sandbox's own page, for pages that this machine serves, and for those in `more`.
    """
    scheme, _, rest = origin.partition("://")
    if "*" in more or origin in more:
        return True
    if scheme not in ("http", "https") or not rest:
        return False
    return rest == host or is_loopback(host_name(rest))


def host_name(header: str) -> str:
    """Return the name in a header `Host`, without its port.

    Args:
        header: A name or an address, perhaps with a port.

    Returns:
        The name in lower case; an IPv6 address without its brackets.
    """
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    name, _, port = header.rpartition(":")
    return (name if name and port.isdigit() else header).lower().removesuffix(".")


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine alone.

    Args:
        host: A host name or an address.

    Returns:
        True for loopback addresses and for `localhost`.
    """
    if _is_address(host):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def address(host: str, port: int, scheme: str = "http") -> str:
    """Return the URL that a client on this machine uses.

    Args:
        host: The address that is listened on; any-address becomes loopback.
        port: The TCP port that is listened on.
        scheme: `http` or `https`.

    Returns:
        Scheme, host and port.
    """
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    return f"{scheme}://[{shown}]:{port}" if ":" in shown else f"{scheme}://{shown}:{port}"


def _is_address(host: str) -> bool:
    """Return whether a host is an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _listed(name: str, more: Collection[str]) -> bool:
    """Return whether a list covers a name."""
    return any(
        one in ("*", name) or (one.startswith(".") and f".{name}".endswith(one))
        for one in map(str.lower, more)
    )
