"""File names made from the server's names (pure): they are safe on every file system."""

import re
import unicodedata
from collections.abc import Container

from midakit.core.files import RESERVED

LONGEST = 60
VALID = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")


def file_name(text: str) -> str:
    """Return a file name without its ending: small letters, digits, hyphens and underscores.

    Args:
        text: A name from the server, which may hold anything.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:LONGEST].strip("-_")
    if not name:
        return "unnamed"
    return f"{name}-1" if name in RESERVED else name


def free_name(text: str, taken: Container[str]) -> str:
    """Return a file name that is not taken yet, with a number behind it where it has to be.

    Args:
        text: A name from the server.
        taken: The names that are used.
    """
    name = file_name(text)
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found
