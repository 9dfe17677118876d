"""The documented part of LaunchDarkly's metric filter: `field op value`, joined by commas. Pure.

eventKind equals custom, tags contains ["a","b"], query equals "checkout"
"""

import json
import re
from typing import Any

from midakit.sandbox.errors import HttpError

_TERM = re.compile(
    r'\s*(\w+)\s+(equals|contains|anyOf|notEquals)\s+(\[[^\]]*\]|"[^"]*"|[^,]+)\s*(?:,|$)'
)
_FIELDS = {
    "eventKind": "kind",
    "unitAggregationType": "unitAggregationType",
    "isNumeric": "isNumeric",
    "hasConnections": "experimentCount",
    "eventKeys": "eventKey",
    "maintainerIds": "maintainerId",
    "versionIds": "_versionId",
}


def matches(metric: dict[str, Any], text: str) -> bool:
    """Return whether a metric passes a filter.

    Args:
        metric: A metric as the sandbox stores it.
        text: The filter; an empty one lets everything pass.

    Returns:
        True when it passes every term.

    Raises:
        HttpError: 400, the filter cannot be read, or a term of it is not supported.
    """
    return all(_passes(metric, *term) for term in _terms(text))


def _terms(text: str) -> list[tuple[str, str, Any]]:
    """Read the terms as field, operator and value."""
    found, place = [], 0
    while place < len(text):
        term = _TERM.match(text, place)
        if term is None:
            raise HttpError(400, f"Cannot read filter: {text[place : place + 60]}")
        found.append((term[1], term[2], _term_value(term[3].strip())))
        place = term.end()
    return found


def _term_value(text: str) -> Any:
    """Read the value of a term: a JSON list, a JSON text, or a bare word."""
    if not text.startswith(("[", '"')):
        return text
    try:
        return json.loads(text)
    except ValueError as error:
        raise HttpError(400, f"Cannot read filter value: {text[:60]}") from error


def _passes(metric: dict[str, Any], name: str, operator: str, value: Any) -> bool:
    """Compare a metric with one term."""
    wanted: list[Any] = value if isinstance(value, list) else [value]
    match name, operator:
        case "tags", "contains":
            return all(tag in metric["tags"] for tag in wanted)
        case "eventKind" | "unitAggregationType", "equals":
            return bool(metric.get(_FIELDS[name]) == value)
        case "isNumeric" | "hasConnections", "equals":
            return bool(metric.get(_FIELDS[name])) == (str(value) == "true")
        case "query", "equals":
            return str(value).lower() in f"{metric['key']} {metric['name']}".lower()
        case "eventKeys" | "maintainerIds" | "versionIds", "anyOf":
            return str(metric.get(_FIELDS[name])) in wanted
        case "dataSourceKeys", "anyOf" | "notEquals":
            return (str(metric["dataSource"]["key"]) in wanted) == (operator == "anyOf")
        case _:
            raise HttpError(400, f"Unsupported filter: {name} {operator}")
