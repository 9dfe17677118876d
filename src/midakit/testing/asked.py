"""Requests as tests compare them, and how one differs from what was expected (pure).

A path keeps `{project_key}` as its builder wrote it, so neither a key nor a host takes part.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import attrs

from midakit.core.call import Call
from midakit.core.wire.messages import Request


class Unexpected(AssertionError):
    """A test sent a call that no answer was prepared for.

    It is not a `MidakitError`, so that code under test which handles those does not hide it.
    """


@attrs.frozen
class Asked:
    """One request as tests compare it: the order of its query and of JSON fields does not count."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    """The JSON value, or the text where it is not JSON."""

    @property
    def key(self) -> str:
        """A text that is the same for the same request."""
        return json.dumps([self.path, self.method, self.query, self.body], sort_keys=True)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}" + (f"?{query}" if query else "")


def of_call(call: Call[Any]) -> Asked:
    """Return what a call asks.

    Args:
        call: A call from a builder, or one that the client sends.
    """
    return Asked(call.method, call.path, tuple(sorted(call.query)), readable(call.body))


def of_request(request: Request) -> Asked:
    """Return what a request asks: by its call, or by its bytes where it has none.

    Args:
        request: A request on its way to the transport.
    """
    if request.call is not None:
        return of_call(request.call)
    path, _, query = request.target.decode("ascii").partition("?")
    pairs = tuple(sorted(parse_qsl(query, keep_blank_values=True)))
    return Asked(request.method, path, pairs, readable(request.body))


def readable(body: bytes | None) -> Any:
    """Return the JSON value of a body, or its text where it is not JSON.

    Args:
        body: The bytes; None for no body.
    """
    if body is None:
        return None
    text = body.decode("utf-8", "backslashreplace")
    try:
        value = json.loads(text)
        if "\\u" in text:  # half a pair of surrogates stays an escape
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return text
    return value


def differences(asked: Asked, expected: Asked) -> list[str]:
    """List the differences of two requests, one sentence each.

    Args:
        asked: The request that came.
        expected: The request that was expected.
    """
    found = []
    if asked.method != expected.method:
        found.append(f"method {asked.method}, expected {expected.method}")
    if asked.path != expected.path:
        found.append(f"path {asked.path}, expected {expected.path}")
    found += fields("query", _grouped(asked.query), _grouped(expected.query))
    if isinstance(asked.body, dict) and isinstance(expected.body, dict):
        found += fields("body", asked.body, expected.body)
    elif asked.body != expected.body:
        found.append(f"body {_short(asked.body)}, expected {_short(expected.body)}")
    return found


def fields(
    part: str, asked: Mapping[str, Any], expected: Mapping[str, Any], *, others: bool = False
) -> list[str]:
    """List the differences of two mappings, one sentence each.

    Args:
        part: What the mappings are, such as "query".
        asked: The mapping that came.
        expected: Values that the test or the recording demands, by name.
        others: Whether names that were not expected are allowed.
    """
    found = []
    for name in sorted(asked.keys() | expected.keys()):
        if name not in asked:
            found.append(f"{part} {name!r} is missing, expected {_short(expected[name])}")
        elif name not in expected:
            if not others:
                found.append(f"{part} {name!r} is {_short(asked[name])}, not expected at all")
        elif asked[name] != expected[name]:
            found.append(
                f"{part} {name!r} is {_short(asked[name])}, expected {_short(expected[name])}"
            )
    return found


def nearest(candidates: Iterable[tuple[str, list[str]]]) -> str:
    """Describe the candidate with the fewest differences, in lines; empty without candidates.

    Args:
        candidates: Names with their differences.
    """
    best = min(candidates, key=lambda one: len(one[1]), default=None)
    if best is None:
        return ""
    name, found = best
    return "\n".join([f"  nearest: {name}", *(f"    - {one}" for one in found)])


def _grouped(query: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    grouped: dict[str, list[str]] = {}
    for name, value in query:
        grouped.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in grouped.items()}


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."
