"""Texts, lists and objects where the schema of a file has them (pure).

The builders check words, numbers and bounds; this comes before them, so that nobody looks into a value
that is no list or no object.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from midakit.ascode import schemas
from midakit.errors import InvalidRequest

Schema = Mapping[str, Any]
CALLED = {"object": "an object: names and their values", "array": "a list"}


def fitted(kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document in the types of its schema: numbers as text where text belongs.

    A name with nothing behind it, where a list or an object belongs, is as good as left out.

    Args:
        kind: `goal`, `experiment`, `group` or `project`.
        document: What a file says; fields that the schema does not know stay as they are.

    Raises:
        InvalidRequest: A value is an object, a list or one value where something else belongs.
    """
    return _object(_schema(kind), document, "")


@cache
def _schema(kind: str) -> Schema:
    found: Schema = json.loads(schemas.text(kind))
    return found


def _fitted(schema: Schema, value: Any, path: str) -> Any:
    branches = {kind: one for one in _branches(schema) for kind in _types(one)}
    if isinstance(value, Mapping):
        return _object(_chosen(branches, "object", value, path), value, f"{path}.")
    if isinstance(value, list):
        inner = _chosen(branches, "array", value, path).get("items", {})
        return [_item(inner, one, f"{path}[{place}]") for place, one in enumerate(value)]
    if value is not None and branches and branches.keys() <= {*CALLED, "string"}:
        _chosen(branches, "string", value, path)
        if isinstance(value, bool):
            raise InvalidRequest(path, f"must be text: write {str(value).lower()!r} in quotes")
    # the builders know which numbers, words and dates there are, and what may be empty
    return value


def _item(schema: Schema, value: Any, path: str) -> Any:
    if value is None:
        raise InvalidRequest(path, "is empty")
    return _fitted(schema, value, path)


def _object(schema: Schema, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    known, found = schema.get("properties", {}), {}
    for name, one in value.items():
        inner = known.get(name, {})
        kinds = {kind for branch in _branches(inner) for kind in _types(branch)}
        if one is None and kinds and kinds <= CALLED.keys():
            continue
        fit = _fitted(inner, one, f"{path}{name}")
        found[name] = str(fit) if kinds == {"string"} and isinstance(fit, int | float) else fit
    return found


def _chosen(branches: Mapping[str, Schema], kind: str, value: Any, path: str) -> Schema:
    """Return the schema that a value of one kind must fit."""
    found = branches.get(kind, {} if not branches else None)
    if found is None:
        wanted = " or ".join(dict.fromkeys(CALLED.get(one, "one value") for one in branches))
        raise InvalidRequest(path, f"must be {wanted}, not {json.dumps(value, default=str)[:60]}")
    return found


def _branches(schema: Schema) -> Iterator[Schema]:
    yield from schema.get("anyOf") or schema.get("oneOf") or (schema,)


def _types(schema: Schema) -> list[str]:
    """Return the types that a schema allows; none where it allows all."""
    found = schema.get("type", "word" if "enum" in schema else [])
    return [found] if isinstance(found, str) else [*found]
