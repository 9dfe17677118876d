"""What of this machine matters to calls: versions, the profile file, the keyring, extras, proxies."""

import os
import platform
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from midakit._version import __version__
from midakit.cli.support import profile_store as keeping
from midakit.core import settings
from midakit.core.secret import MASK

EXTRAS = {
    "fast": ("httptools",), "cli": ("cyclopts", "rich", "keyring"), "export": ("duckdb", "pyarrow"),
    "s3": ("obstore",), "stats": ("numpy",), "report": ("matplotlib",), "sandbox": ("starlette", "uvicorn"),
    "otel": ("opentelemetry",),
}  # fmt: skip


PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY")


CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def environment() -> dict[str, str]:
    """What of this machine matters to calls."""
    path = settings.profiles_path()
    state = "there is none"
    if path.exists():
        open_ = keeping.readable_by_others(path)
        state = f"others can read it: chmod 600 {path}" if open_ else "only you can read it"
    found = {
        "midakit": f"{__version__}, Python {platform.python_version()}, {platform.system()}",
        "profile file": f"{path} ({state})",
        "keyring": _keyring(),
        "extras": ", ".join(name for name in EXTRAS if _installed(name)) or "none",
        "not installed": ", ".join(name for name in EXTRAS if not _installed(name)) or "-",
    }
    found |= {name: _without_password(os.environ[name]) for name in PROXIES if os.environ.get(name)}
    for name in CERTIFICATES:
        if place := os.environ.get(name):
            found[name] = place if Path(place).exists() else f"{place} (it does not exist)"
    return found


def _keyring() -> str:
    try:
        name = keeping.keyring_name()
    except Exception as error:  # backends raise what they like
        return f"none ({type(error).__name__})"
    return f"none that works: keys go to the profile file ({name})" if "fail" in name else name


def _installed(extra: str) -> bool:
    return all(find_spec(module) is not None for module in EXTRAS[extra])


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{MASK}@{host}"))
