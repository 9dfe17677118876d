"""Keeps profiles: a file that only its owner reads, and the system's keyring where one works.

current = "work"

[work]
api_key = "keyring"        # or the key itself, where there is no keyring
project_key = "..."
region = "eu"
"""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from midakit.core import settings
from midakit.core.extras import need
from midakit.core.files import write_whole
from midakit.core.settings import CURRENT, KEYRING
from midakit.errors import InvalidRequest

SERVICE = "midakit"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_name(name: str) -> str:
    """Check a profile's name: it must be fit for a table of the file.

    Args:
        name: The name of a profile.
    """
    if not NAME.fullmatch(name) or name == CURRENT:
        raise InvalidRequest(
            "profile", f"{name!r} is not a valid name: use letters, digits, '.', '_', '-'"
        )
    return name


def profiles() -> dict[str, dict[str, Any]]:
    """Every profile by name."""
    return {name: one for name, one in settings.read_profiles().items() if isinstance(one, dict)}


def keep(name: str, values: dict[str, str], key: str, *, keyring: bool = True) -> str:
    """Store a profile, make it the current one, and say where its key went.

    Args:
        name: The profile.
        values: The settings of the profile besides its key.
        key: The API key in the clear; it is only sent, never printed.
        keyring: Try the system's keyring first.
    """
    found = settings.read_profiles()
    before = found.get(name)
    home = _keep_in_keyring(name, key) if keyring else None
    if home is None and isinstance(before, dict) and before.get("api_key") == KEYRING:
        _forget(name)  # else the key before stays there, and no logout finds it
    found[name] = {"api_key": KEYRING if home else key, **values}
    found[CURRENT] = name
    path = write(found)
    return f"the system's keyring ({home})" if home else f"{path}, which only you can read"


def use(name: str) -> None:
    """Make a profile the current one.

    Args:
        name: The profile.
    """
    found = settings.read_profiles()
    settings.read_profile(name)  # an error that names those there are
    write({**found, CURRENT: name})


def remove(name: str) -> None:
    """Forget a profile and its key.

    Args:
        name: The profile.
    """
    found = settings.read_profiles()
    settings.read_profile(name)
    if found.pop(name).get("api_key") == KEYRING:
        _forget(name)
    if found.get(CURRENT) == name:
        del found[CURRENT]
    write(found)


def write(found: dict[str, Any]) -> Path:
    """Write the whole file at once: nobody ever sees half of it, and nobody else may read it.

    Args:
        found: All profiles, and which is the current one.
    """
    text = need("tomli_w", extra="cli").dumps(found)
    path = settings.profiles_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(path, text, mode=0o600)
    return path


def readable_by_others(path: Path) -> bool:
    """Tell whether the file's mode lets more than its owner in.

    Args:
        path: The profile file.
    """
    return os.name == "posix" and bool(path.stat().st_mode & 0o077)


def _keep_in_keyring(name: str, key: str) -> str | None:
    """Store a key; return the keyring's name once it gives the key back, None where none works."""
    try:
        keyring = need("keyring", extra="cli")
        entry = f"{name}:api_key"
        keyring.set_password(SERVICE, entry, key)
        works = keyring.get_password(SERVICE, entry) == key
        return keyring_name() if works else None
    except Exception:  # backends raise what they like: no bus, locked, cancelled, not there
        return None


def keyring_name() -> str:
    """Return the name of the system's keyring."""
    backend = need("keyring", extra="cli").get_keyring()
    return str(getattr(backend, "name", None) or type(backend).__name__)


def _forget(name: str) -> None:
    with suppress(Exception):  # a keyring that is gone has nothing to forget
        need("keyring", extra="cli").delete_password(SERVICE, f"{name}:api_key")
