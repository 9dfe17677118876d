"""The API contract as data: which operations exist, and what each one takes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from midakit.sandbox.contract.schema import Schema, problem

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
METHODS = ("get", "post", "patch", "put", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: where it lives and what it takes."""

    name: str
    method: str
    path: str
    query: tuple[Mapping[str, Any], ...]
    body: Schema | None
    body_required: bool


@cache
def document() -> dict[str, Any]:
    """The whole contract."""
    text = files("midakit.sandbox.contract").joinpath("contract.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def resolve(reference: str) -> Schema:
    """What a `#/...` reference points to."""
    node: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    found: Schema = node
    return found


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation of the contract."""
    return tuple(
        _operation(method, path, item, item[method])
        for path, item in document()["paths"].items()
        for method in METHODS
        if method in item
    )


def _operation(
    method: str, path: str, item: Mapping[str, Any], spec: Mapping[str, Any]
) -> Operation:
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


def body_problem(operation: Operation, body: Any) -> str | None:
    """What is wrong with a request body, or None."""
    return None if operation.body is None else problem(body, operation.body, resolve)


def plain_query(
    operation: Operation, query: Mapping[str, str]
) -> tuple[dict[str, Any], str | None]:
    """The simple query values by their types with defaults, and the first problem."""
    values: dict[str, Any] = {}
    for part in operation.query:
        name, schema = part["name"], part.get("schema", {})
        if name not in query or schema.get("type") == "array":  # lists are read by the handlers
            values[name] = schema.get("default")
            continue
        values[name] = _typed(query[name], schema)
        if found := problem(values[name], schema, resolve, name):
            return values, found
    return values, None


def _typed(text: str, schema: Schema) -> Any:
    kind = schema.get("type")
    if kind == "integer" and text.lstrip("-").isdecimal() and len(text) < 20:
        return int(text)
    if kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if kind == "boolean" and text.lower() in {"true", "false", "1", "0"}:
        return text.lower() in {"true", "1"}
    return text
