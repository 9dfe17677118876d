"""The contract as a Postman collection (version 2.1)."""

import json
import re
from typing import Any

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
METHODS = ("get", "post", "put", "patch", "delete")


def collection(document: dict[str, Any]) -> dict[str, Any]:
    """Return a collection with one request for each operation, in folders by the first part of the path.

    Args:
        document: An OpenAPI document whose first server is the address of the API.
    """
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        shared = item.get("parameters", [])
        for method in METHODS:
            if method in item:
                one = _request(document, path, method, item[method], shared)
                folders.setdefault(_folder(path), []).append(one)
    return {
        "info": {"name": document["info"]["title"], "schema": SCHEMA},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{api_key}}", "type": "string"}]},
        "variable": [
            {"key": "base_url", "value": document["servers"][0]["url"]},
            {"key": "project_key", "value": ""},
            {"key": "api_key", "value": ""},
        ],
        "item": [{"name": name, "item": items} for name, items in folders.items()],
    }  # fmt: skip


def _folder(path: str) -> str:
    parts = [one for one in path.split("/") if one and not one.startswith("{")]
    return (parts[1] if len(parts) > 1 else parts[0]).removesuffix("s")


def _request(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any], shared: list[Any]
) -> dict[str, Any]:
    parameters = [_resolved(document, one) for one in (*shared, *operation.get("parameters", []))]
    query = [
        {"key": one["name"], "value": "", "disabled": not one.get("required", False),
         "description": one.get("description", "")}
        for one in parameters if one["in"] == "query"
    ]  # fmt: skip
    names = re.findall(r"\{(\w+)\}", path)
    parts = [
        f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")
    ]
    values = {"project_key": "{{project_key}}"}
    request: dict[str, Any] = {
        "method": method.upper(),
        "header": [],
        "url": {
            "raw": "{{base_url}}/" + "/".join(parts),
            "host": ["{{base_url}}"],
            "path": parts,
            "variable": [{"key": name, "value": values.get(name, "")} for name in names],
            "query": query,
        },
        "description": operation.get("description", ""),
    }
    if "requestBody" in operation:
        example = _example(document, operation["requestBody"])
        options = {"raw": {"language": "json"}}
        request["body"] = {"mode": "raw", "raw": json.dumps(example, indent=2), "options": options}
    return {"name": operation["operationId"], "request": request}


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference stands for."""
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _example(document: dict[str, Any], body: dict[str, Any]) -> Any:
    """Return a body with the needed fields."""
    schema = _resolved(document, body)["content"]["application/json"]["schema"]
    return _sample(document, schema, 0)


def _sample(document: dict[str, Any], node: dict[str, Any], depth: int) -> Any:
    schema = _resolved(document, node)
    for part in ("allOf", "anyOf", "oneOf"):
        if schema.get(part) and "properties" not in schema:
            return _sample(document, schema[part][0], depth)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        fields = schema.get("properties", {})
        needed = [name for name in schema.get("required", []) if name in fields]
        return {name: _sample(document, fields[name], depth + 1) for name in needed}
    if kind == "array":
        return [_sample(document, schema.get("items", {}), depth + 1)] if depth < 4 else []
    return {"string": "", "integer": 0, "number": 0, "boolean": False}.get(kind)
