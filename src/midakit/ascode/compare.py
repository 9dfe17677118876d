"""How a file's document differs from the server's (pure).

A field that a file leaves out is left alone, except where leaving it out means "none" by itself:
targeting, code and labels of variants, texts and dates that may be empty. Fields that the API takes
and never shows are compared with what was sent last, by their hashes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from midakit.ascode.plan import Change

VARIANT = ("nickname", "customCSS", "customJS", "data")
CONTROL = ("nickname", "customCSS", "customJS")
READ_TARGETING = ("device_rule", "browser_rule", "allowed_country")
DATES = ("start_test_date", "end_test_date")
EMPTY_BY_DEFAULT = frozenset({
    "description", "element_url",
    *(f"configuration.{name}" for name in (*DATES, "distribution", "dom_change_path")),
    "configuration.trigger_variant_change",
    *(f"targeting.{name}" for name in READ_TARGETING), *(f"control.{name}" for name in CONTROL),
})  # fmt: skip
"""Leaving these out of a file means that they are empty."""
NEVER_SHOWN = (
    "page_urls", "custom_js", "custom_css", "control_attr", "secondary_goals", "secondary_goal_keys",
)  # fmt: skip
"""Fields of an experiment that the API takes and does not show."""

Document = Mapping[str, Any]


def compare(kind: str, wanted: Document, found: Document) -> tuple[Change, ...]:
    """Return the fields in which the server differs from a file.

    Args:
        kind: `goal`, `experiment`, `group` or `project`.
        wanted: The document of the file.
        found: The document of the server.
    """
    after, before = (dict(_fields(kind, one)) for one in (wanted, found))
    return tuple(
        Change(path, before.get(path), after.get(path))
        for path in dict.fromkeys([*after, *before])
        if (path in after or path in EMPTY_BY_DEFAULT or path.startswith("variants"))
        and not _same(before.get(path), after.get(path))
    )


def _same(before: Any, after: Any) -> bool:
    return before == after or (_is_empty(before) and _is_empty(after))


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _fields(kind: str, document: Document) -> Iterator[tuple[str, Any]]:
    """Yield the readable fields of a document by their paths, each in one normal form."""
    for name, value in document.items():
        if kind != "experiment":
            yield name, plain_numbers(value)
        elif name == "variants":
            yield from _variants(value)
        elif name in ("control", "configuration", "targeting"):
            for part, inner in value.items():
                if name != "targeting" or part in READ_TARGETING:
                    yield f"{name}.{part}", _normal(part, inner)
        elif name not in (*NEVER_SHOWN, "test_type", "idempotency_key"):
            yield name, plain_numbers(value)


def _variants(variants: Any) -> Iterator[tuple[str, Any]]:
    yield "variants", len(variants)
    for number, variant in enumerate(variants):
        for part in VARIANT:
            yield f"variants[{number}].{part}", variant.get(part) or None


def _normal(part: str, value: Any) -> Any:
    if part in DATES and value is not None:
        return _moment(value)
    if part in ("device_rule", "browser_rule", "integration") and isinstance(value, list):
        return sorted(map(str, value))
    if part == "allowed_country" and isinstance(value, list):
        return sorted(str(one.get("code")) for one in value if one.get("rule") == "whitelist")
    return plain_numbers(value)


def plain_numbers(value: Any) -> Any:
    """Return a value in which 1, 1.0 and true are the same, as they are for the API.

    Args:
        value: A JSON value.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: plain_numbers(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_numbers(one) for one in value]
    return value


def _moment(value: Any) -> str:
    """Return a date or a time as one text in UTC; what is neither stays as it is."""
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return found.astimezone(UTC).isoformat()


def hidden_fields(document: Document) -> dict[str, Any]:
    """Return what of an experiment's document the API takes and does not show.

    Args:
        document: The document of the file.
    """
    found = {name: document[name] for name in NEVER_SHOWN if name in document}
    if document.get("test_type") not in (None, "abtest", "split"):
        found["test_type"] = document["test_type"]
    rules = document.get("targeting") or {}
    blocked = [one for one in rules.get("allowed_country") or [] if one.get("rule") != "whitelist"]
    others = {name: one for name, one in rules.items() if name not in READ_TARGETING}
    if others or blocked:
        found["targeting"] = {**others, "allowed_country": blocked}
    parts = [
        {name: one[name] for name in ("layer", "targeting") if name in one}
        for one in document["variants"]
    ]
    return {**found, "variants": parts} if any(parts) else found


def fingerprint(value: Any) -> str:
    """Return a short hash of a JSON value.

    Args:
        value: What was sent.
    """
    text = json.dumps(plain_numbers(value), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def hidden_changes(document: Document, sent: Mapping[str, str]) -> tuple[Change, ...]:
    """Return the fields that the API does not show and that are not what was sent last.

    Args:
        document: The document of the file.
        sent: The hashes of what was sent last, by field.
    """
    return tuple(
        Change(name, None, value, readable=False)
        for name, value in hidden_fields(document).items()
        if sent.get(name) != fingerprint(value) and (name in sent or not _is_empty(value))
    )
