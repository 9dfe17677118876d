"""What of this machine matters to calls: versions, the profile file, the keyring, transport, extras."""

import os
import platform
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from midakit._version import __version__
from midakit.cli.support import profile_store
from midakit.core import settings
from midakit.core.secret import MASK
from midakit.core.wire.choice import choose, has_parser, is_proxied

EXTRAS = {
    "cli": ("cyclopts", "rich", "keyring", "yaml", "tomli_w"),
    "ascode": ("ruamel.yaml",), "export": ("pyarrow",), "duckdb": ("duckdb",),
    "s3": ("obstore",), "stats": ("numpy",), "sandbox": ("starlette", "uvicorn", "numpy", "re2"),
    "sandbox-tls": ("trustme",), "redis": ("redis",), "openfeature": ("openfeature",),
    "otel": ("opentelemetry",), "matplotlib": ("matplotlib",), "spark": ("pyspark",), "dlt": ("dlt",),
    "delta": ("deltalake",), "iceberg": ("pyiceberg",), "notify": ("apprise",), "mcp": ("mcp",),
}  # fmt: skip

PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY")

CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def environment(address: str | None) -> dict[str, str]:
    """Return what of this machine matters to calls, by its name.

    Args:
        address: The URL that calls would go to; None when it is not known.
    """
    path = settings.profiles_path()
    state = "there is none"
    if path.exists():
        open_ = profile_store.readable_by_others(path)
        state = f"others can read it: chmod 600 {path}" if open_ else "only you can read it"
    found = {
        "midakit": f"{__version__}, Python {platform.python_version()}, {platform.system()}",
        "profile file": f"{path} ({state})",
        "keyring": _keyring(),
        "transport": _transport(address) if address else "-",
        "extras": ", ".join(name for name in EXTRAS if _installed(name)) or "none",
        "not installed": ", ".join(name for name in EXTRAS if not _installed(name)) or "-",
    }
    found |= {name: _without_password(os.environ[name]) for name in PROXIES if os.environ.get(name)}
    for name in CERTIFICATES:
        if place := os.environ.get(name):
            found[name] = place if Path(place).exists() else f"{place} (it does not exist)"
    return found


def _transport(address: str) -> str:
    """Say which transport a client on asyncio or a blocking one would take, and why."""
    origin, _ = settings.parse_base_url(address)
    choice = choose(None, proxied=is_proxied(origin), parser=has_parser())
    return f"{choice.kind} ({choice.reason})"


def _keyring() -> str:
    try:
        name = profile_store.keyring_name()
    except Exception as error:  # backends raise what they like
        return f"none ({type(error).__name__})"
    return (
        f"no usable keyring backend: keys go to the profile file ({name})"
        if "fail" in name
        else name
    )


def _installed(extra: str) -> bool:
    return all(find_spec(module) is not None for module in EXTRAS[extra])


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{MASK}@{host}"))
