"""Say what is wrong with a JSON value, by the JSON Schema keywords the contract uses. Pure.

Only the first problem is reported, with its place, because that is what an API answers with.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

Schema = Mapping[str, Any]
Resolve = Callable[[str], Schema]


def problem(value: Any, schema: Schema, resolve: Resolve, place: str = "body") -> str | None:
    """The first thing wrong with `value`, in words, or None."""
    if "$ref" in schema and (found := problem(value, resolve(schema["$ref"]), resolve, place)):
        return found
    for check in (_typed, _listed, _text, _number, _object, _array, _combined):
        if found := check(value, schema, resolve, place):
            return found
    return None


def fits(value: Any, schema: Schema, resolve: Resolve) -> bool:
    """Whether the value obeys the schema."""
    return problem(value, schema, resolve) is None


def _number_like(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _number_like,
    "integer": lambda value: _number_like(value) and value == int(value),
}


def _typed(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    if "type" not in schema:
        return None
    wanted = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if any(_TYPES[name](value) for name in wanted):
        return None
    return f"{place} must be {' or '.join(wanted)}"


def _listed(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is None or any(_same(value, item) for item in allowed):
        return None
    return f"{place} must be {'one of ' if len(allowed) > 1 else ''}{_comma(allowed)}"


def _same(value: Any, item: Any) -> bool:
    return bool(value == item) and isinstance(value, bool) == isinstance(item, bool)


def _comma(words: Sequence[Any]) -> str:
    return ", ".join(str(word) for word in words)


@lru_cache(maxsize=64)
def _pattern(text: str) -> re.Pattern[str]:
    # `$` in JSON Schema is the end of the text; in Python it also allows a newline there.
    return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", text), re.ASCII)


def _text(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
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
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_moment(value: str) -> bool:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.tzinfo is not None and "T" in value.upper()


_FORMATS: dict[str, Callable[[str], bool]] = {"date": _is_date, "date-time": _is_moment}


def _number(value: Any, schema: Schema, _: Resolve, place: str) -> str | None:
    if not _number_like(value):
        return None
    if "minimum" in schema and value < schema["minimum"]:
        return f"{place} must be at least {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        return f"{place} must be at most {schema['maximum']}"
    return None


def _object(value: Any, schema: Schema, resolve: Resolve, place: str) -> str | None:
    if not isinstance(value, dict):
        return None
    for name in schema.get("required", ()):
        if name not in value:
            return f"{_inside(place, name)} is required"
    for name, part in schema.get("properties", {}).items():
        if name in value and (found := problem(value[name], part, resolve, _inside(place, name))):
            return found
    return None


def _inside(place: str, name: str) -> str:
    return name if place == "body" else f"{place}.{name}"


def _array(value: Any, schema: Schema, resolve: Resolve, place: str) -> str | None:
    if not isinstance(value, list):
        return None
    if len(value) < schema.get("minItems", 0):
        return f"{place} needs at least {schema['minItems']} item(s)"
    if len(value) > schema.get("maxItems", len(value)):
        return f"{place} takes at most {schema['maxItems']} items"
    for index, item in enumerate(value):
        if found := problem(item, schema.get("items", {}), resolve, f"{place}[{index}]"):
            return found
    if "contains" in schema and not any(fits(item, schema["contains"], resolve) for item in value):
        return f"{place} must include at least one page"
    return None


def _combined(value: Any, schema: Schema, resolve: Resolve, place: str) -> str | None:
    for part in schema.get("allOf", ()):
        if found := problem(value, part, resolve, place):
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
        return problem(value, chosen, resolve, place) if isinstance(chosen, dict) else None
    return None


def _none_fits(value: Any, parts: Sequence[Schema], resolve: Resolve, place: str) -> str:
    """When every alternative only asks for a field, name the fields; else the first problem."""
    names = [name for part in parts for name in part.get("required", ())]
    if names and isinstance(value, dict) and not any(name in value for name in names):
        where = "" if place == "body" else f"{place}: "
        return f"{where}one of {_comma(names)} is required"
    found = [problem(value, part, resolve, place) for part in parts]
    return next((text for text in found if text), f"{place} fits more than one form")
