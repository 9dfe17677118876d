"""The check of a JSON value against the JSON Schema keywords that the contract uses. Pure.

Only the first violation is reported, with its place, because that is what an API answers with.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

Schema = Mapping[str, Any]
Resolve = Callable[[str], Schema]


def first_violation(
    value: Any, schema: Schema, resolve: Resolve, place: str = "body"
) -> str | None:
    """Return the first thing that is wrong with a value.

    Args:
        value: The JSON value.
        schema: What it must obey.
        resolve: Returns the schema that a `$ref` points to.
        place: What the message calls the value.

    Returns:
        A sentence, or None when the value obeys the schema.
    """
    if "$ref" in schema and (
        found := first_violation(value, resolve(schema["$ref"]), resolve, place)
    ):
        return found
    for check in (_typed, _listed, _text, _number, _object, _array, _combined):
        if found := check(value, schema, resolve, place):
            return found
    return None


def fits(value: Any, schema: Schema, resolve: Resolve) -> bool:
    """Return whether a value obeys a schema.

    Args:
        value: The JSON value.
        schema: What it must obey.
        resolve: Returns the schema that a `$ref` points to.

    Returns:
        True when nothing is wrong with it.
    """
    return first_violation(value, schema, resolve) is None


def _is_number(value: Any) -> bool:
    """Return whether a JSON value is a number; a boolean is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": lambda value: _is_number(value) and value == int(value),
}


def _typed(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    """Check the type of a value."""
    if "type" not in schema:
        return None
    wanted = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if any(_TYPES[name](value) for name in wanted):
        return None
    return f"{place} must be {' or '.join(wanted)}"


def _listed(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    """Check `const` and `enum`."""
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is None or any(_same(value, item) for item in allowed):
        return None
    return f"{place} must be {'one of ' if len(allowed) > 1 else ''}{_comma(allowed)}"


def _same(value: Any, item: Any) -> bool:
    """Compare two JSON values; true is not 1."""
    return bool(value == item) and isinstance(value, bool) == isinstance(item, bool)


def _comma(words: Sequence[Any]) -> str:
    """Join words with commas."""
    return ", ".join(str(word) for word in words)


@lru_cache(maxsize=64)
def _pattern(text: str) -> re.Pattern[str]:
    """Compile a pattern as JSON Schema means it."""
    # `$` in JSON Schema is the end of the text; in Python it also allows a newline there.
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", text), re.ASCII)


def _text(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    """Check the length, the pattern and the format of a text."""
    if not isinstance(value, str):
        return None
    if len(value) < schema.get("minLength", 0):
        return f"{place} must not be empty"
    if len(value) > schema.get("maxLength", len(value)):
        return f"{place} must have at most {schema['maxLength']} characters"
    if "pattern" in schema and not _pattern(schema["pattern"]).search(value):
        return f"{place} must match {schema['pattern']}"
    if not _FORMATS.get(schema.get("format", ""), bool)(value) and "format" in schema:
        return f"{place} must be a {schema['format']}"
    return None


def _is_date(value: str) -> bool:
    """Return whether a text is a date."""
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_moment(value: str) -> bool:
    """Return whether a text is a date and a time with a time zone."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.tzinfo is not None and "T" in value.upper()


_FORMATS: dict[str, Callable[[str], bool]] = {"date": _is_date, "date-time": _is_moment}


def _number(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    """Check the range of a number."""
    if not _is_number(value):
        return None
    if "minimum" in schema and value < schema["minimum"]:
        return f"{place} must be at least {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        return f"{place} must be at most {schema['maximum']}"
    return None


def _object(value: Any, schema: Schema, resolve: Resolve, place: str) -> str | None:
    """Check the fields of an object."""
    if not isinstance(value, dict):
        return None
    for name in schema.get("required", ()):
        if name not in value:
            return f"{_inside(place, name)} is required"
    for name, part in schema.get("properties", {}).items():
        if name in value and (
            found := first_violation(value[name], part, resolve, _inside(place, name))
        ):
            return found
    return None


def _inside(place: str, name: str) -> str:
    """Name a field inside a place."""
    return name if place == "body" else f"{place}.{name}"


def _array(value: Any, schema: Schema, resolve: Resolve, place: str) -> str | None:
    """Check the length and the items of a list."""
    if not isinstance(value, list):
        return None
    if len(value) < schema.get("minItems", 0):
        return f"{place} needs at least {schema['minItems']} item(s)"
    if len(value) > schema.get("maxItems", len(value)):
        return f"{place} takes at most {schema['maxItems']} items"
    for index, item in enumerate(value):
        if found := first_violation(item, schema.get("items", {}), resolve, f"{place}[{index}]"):
            return found
    if "contains" in schema and not any(fits(item, schema["contains"], resolve) for item in value):
        return f"{place} must include at least one page"
    return None


def _combined(value: Any, schema: Schema, resolve: Resolve, place: str) -> str | None:
    """Check `allOf`, `anyOf`, `oneOf`, `not` and `if`."""
    for part in schema.get("allOf", ()):
        if found := first_violation(value, part, resolve, place):
            return found
    if "anyOf" in schema and not any(fits(value, part, resolve) for part in schema["anyOf"]):
        return _none_fits(value, schema["anyOf"], resolve, place)
    if "oneOf" in schema and sum(fits(value, part, resolve) for part in schema["oneOf"]) != 1:
        return _none_fits(value, schema["oneOf"], resolve, place)
    if "not" in schema and fits(value, schema["not"], resolve):
        return f"{place} is not allowed in this form"
    if "if" in schema:
        branch = "then" if fits(value, schema["if"], resolve) else "else"
        chosen = schema.get(branch, {})
        return first_violation(value, chosen, resolve, place) if isinstance(chosen, dict) else None
    return None


def _none_fits(value: Any, parts: Sequence[Schema], resolve: Resolve, place: str) -> str:
    """Name the fields when every alternative only asks for one; else say what is wrong first."""
    names = [name for part in parts for name in part.get("required", ())]
    if names and isinstance(value, dict) and not any(name in value for name in names):
        where = "" if place == "body" else f"{place}: "
        return f"{where}one of {_comma(names)} is required"
    found = [first_violation(value, part, resolve, place) for part in parts]
    return next((text for text in found if text), f"{place} fits more than one form")
