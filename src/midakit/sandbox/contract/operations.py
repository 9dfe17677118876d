"""The API contract as data: which operations exist, and what each one takes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from midakit.sandbox.contract.schema import Schema, first_violation

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
METHODS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its address and what it takes."""

    name: str
    method: str
    path: str
    query: tuple[Mapping[str, Any], ...]
    body: Schema | None
    body_required: bool


@cache
def document() -> dict[str, Any]:
    """Return the whole contract."""
    text = files("midakit.sandbox.contract").joinpath("contract.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def resolve(reference: str) -> Schema:
    """Return the part of the contract that a reference points to.

    Args:
        reference: A JSON reference such as `#/components/schemas/Goal`.

    Returns:
        The schema or parameter.
    """
    node: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    found: Schema = node
    return found


@cache
def operations() -> tuple[Operation, ...]:
    """Return every operation of the contract."""
    return tuple(
        _operation(method, path, item, item[method])
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    )


def _operation(
    method: str, path: str, item: Mapping[str, Any], spec: Mapping[str, Any]
) -> Operation:
    """Return one operation, its references resolved."""
    parameters = [*item.get("parameters", ()), *spec.get("parameters", ())]
    flat = [resolve(part["$ref"]) if "$ref" in part else part for part in parameters]
    body = spec.get("requestBody", {})
    return Operation(
        name=spec["operationId"],
        method=method.upper(),
        path=path,
        query=tuple(part for part in flat if part["in"] == "query"),
        body=body["content"]["application/json"]["schema"] if body else None,
        body_required=bool(body.get("required")),
    )


def body_violation(operation: Operation, body: Any) -> str | None:
    """Check a request body against the contract.

    Args:
        operation: The operation that is called.
        body: The JSON value that was sent.

    Returns:
        The first thing that is wrong, or None.
    """
    return None if operation.body is None else first_violation(body, operation.body, resolve)


def read_query(operation: Operation, query: Mapping[str, str]) -> tuple[dict[str, Any], str | None]:
    """Read the query of a request by the contract.

    Args:
        operation: The operation that is called.
        query: The parameters as text.

    Returns:
        The values by their types, defaults included, and the first thing that is wrong, or None.
        A list is left to its handler.
    """
    values: dict[str, Any] = {}
    for part in operation.query:
        name, schema = part["name"], part.get("schema", {})
        if name not in query or schema.get("type") == "array":
            values[name] = schema.get("default")
            continue
        values[name] = _typed(query[name], schema)
        if found := first_violation(values[name], schema, resolve, name):
            return values, found
    return values, None


def _typed(text: str, schema: Schema) -> Any:
    """Return a value by the type of its schema, or the text when it does not fit."""
    kind = schema.get("type")
    if kind == "integer" and text.lstrip("-").isdecimal() and len(text) < 20:
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text.lower() in {"true", "false", "1", "0"}:
        return text.lower() in {"true", "1"}
    return text
