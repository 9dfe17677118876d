"""What an account holds besides projects, goals, experiments and visits, as lines of a data set.

{"type": "group", "id": 1, "company": 1001, "project": "", "name": "", "active": true, "body": {...}}

A line has the columns of the store, so that nothing can be lost. An API key is written as its name,
`key-` and a digest, never as itself: a sandbox that was started with the key knows it again by the
digest, and every other sandbox takes the name for the key.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

from midakit.sandbox.state.records import Records
from midakit.sandbox.values import Body

KINDS = ("key", "member", "option", "group", "comment", "campaign", "flags", "reply")
"""The kinds of objects that have such lines; `option` holds the options and the clock."""
_KEY_NAME = re.compile(r"key-[0-9a-f]{12}")
_COLUMNS: Mapping[str, tuple[type, Any]] = {
    "company": (int, 0), "project": (str, ""), "name": (str, ""), "active": (bool, True),
}  # fmt: skip


def key_name(key: str) -> str:
    """Return the name of an API key; a name is its own name.

    Args:
        key: The key.

    Returns:
        `key-` and twelve hexadecimal digits.
    """
    if _KEY_NAME.fullmatch(key):
        return key
    return f"key-{blake2b(key.encode(), digest_size=6).hexdigest()}"


def object_lines(records: Records) -> Iterator[Body]:
    """Yield the objects of an account as lines.

    Args:
        records: The store.

    Yields:
        One JSON object per line, with its `type` first.
    """
    for kind in KINDS:
        for stored in records.stored(kind):
            name = key_name(stored.name) if kind == "key" else stored.name
            yield {
                "type": kind,
                "id": stored.number,
                "company": stored.company,
                "project": stored.project,
                "name": name,
                "active": stored.active,
                "body": stored.body,
            }


def check_object(line: Mapping[str, Any]) -> None:
    """Refuse a line that is no object of an account.

    Args:
        line: The line.

    Raises:
        ValueError: A field has the wrong type.
    """
    number = line["id"]
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**63:
        raise ValueError("id must be a whole number")
    if not isinstance(line["body"], dict):
        raise ValueError("body must be an object")
    for name, (kind, default) in _COLUMNS.items():
        value = line.get(name, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ValueError(f"{name} has the wrong type")


def put_objects(records: Records, lines: Iterable[tuple[str, Body]], keys: Iterable[str]) -> None:
    """Write the objects of lines into a store.

    Args:
        records: The store.
        lines: The type and the rest of each line.
        keys: The API keys that are known here, by which names become keys again.
    """
    known = {key_name(key): key for key in keys}
    for kind, line in lines:
        columns = {name: line.get(name, default) for name, (_, default) in _COLUMNS.items()}
        if kind == "key":
            columns["name"] = known.get(columns["name"], columns["name"])
        records.put(kind, line["id"], line["body"], **columns)
