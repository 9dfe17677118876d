"""The contract as `/openapi.json` gives it: the same operations, in words that generators of clients read.

openapi-python-client leaves out operations, or writes Python that does not compile, for some forms that
OpenAPI allows; openapi-typescript gives them the type `unknown` or `never`. Each is put in plainer words that
allow no less:

    a query parameter with `content`         -> text whose content is JSON
    `const: true`                            -> a boolean
    an array that names no `items`           -> an array of anything
    an object that names no `properties`     -> an object of anything
    an object with alternatives of its fields (`anyOf: [{required: [url]}, ...]`, `if`)
                                             -> the object; its description names the alternatives
"""

from typing import Any

from midakit.sandbox.contract.operations import document

_NAMES = frozenset({"properties", "schemas", "parameters", "responses", "securitySchemes", "paths"})
_CONDITIONS = frozenset({"anyOf", "oneOf", "if", "then", "else", "not"})


def published(url: str) -> dict[str, Any]:
    """Return the contract, served at an address.

    Args:
        url: What the paths of the operations are appended to.

    Returns:
        An OpenAPI 3.1 document.
    """
    plain: dict[str, Any] = _plain(document())
    return {**plain, "servers": [{"url": url, "description": "this sandbox"}]}


def _plain(node: Any, *, names: bool = False) -> Any:
    """Return a part of the contract in plainer words; keys that are names stay as they are."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {
        key: _plain(value, names=not names and key in _NAMES and isinstance(value, dict))
        for key, value in node.items()
    }
    if names:
        return found
    if "in" in found and "content" in found:
        (kind, content), *_ = found.pop("content").items()
        text = {"type": "string", "contentMediaType": kind, "contentSchema": content["schema"]}
        return {**found, "schema": text}
    if isinstance(found.get("const"), bool):
        always = f"Always {str(found.pop('const')).lower()}."
        return {"type": "boolean", "description": always, **found}
    if "array" in found.get("type", ()) and "items" not in found:
        return {**found, "items": {}}
    if "object" in found.get("type", ()):
        return _plain_object(found)
    return found


def _plain_object(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an object without conditions between its fields."""
    if "properties" not in schema:
        return {"additionalProperties": True, **schema}
    found = {key: value for key, value in schema.items() if key not in _CONDITIONS}
    wanted = [
        " and ".join(one["required"])
        for key in ("anyOf", "oneOf")
        for one in schema.get(key, ())
        if "required" in one
    ]
    if wanted:
        needed = f"Needed: {' or '.join(wanted)}."
        found["description"] = f"{found.get('description', '')} {needed}".strip()
    return found
