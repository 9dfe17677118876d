"""Which object of the server each file describes: kept in one small file per project."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs

from midakit.ascode.names import VALID
from midakit.errors import InvalidRequest

VERSION = 1


@attrs.frozen
class KnownFile:
    """What is known of one file."""

    id: int
    """The server's id."""
    sent: Mapping[str, str] = attrs.field(factory=dict)
    """Hashes of the fields that the API does not show, as they were sent last."""


KnownIds = Mapping[str, Mapping[str, KnownFile]]
"""By kind, then by the name of the file."""


def to_json(known: KnownIds) -> str:
    """Return the text of the file.

    Args:
        known: What is known.
    """
    body = {
        kind: {name: attrs.asdict(one) for name, one in sorted(files.items())}
        for kind, files in sorted(known.items())
    }
    return json.dumps({"version": VERSION, **body}, indent=2, sort_keys=True) + "\n"


def from_json(text: str, place: Path) -> dict[str, dict[str, KnownFile]]:
    """Read the text of the file.

    Args:
        text: The text.
        place: Where it stands, for the message.

    Raises:
        InvalidRequest: Somebody has changed it so that it cannot be read.
    """
    try:
        body = json.loads(text)
        if body.pop("version") != VERSION:
            raise ValueError("it was written by another version of midakit")
        return {kind: {name: _one(name, one) for name, one in files.items()}
                for kind, files in body.items()}  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(
            str(place), f"cannot be read ({error}); delete it, then run `midakit pull`"
        ) from None


def _one(name: str, one: Any) -> KnownFile:
    if not VALID.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a file")
    return KnownFile(int(one["id"]), {str(key): str(value) for key, value in one["sent"].items()})
