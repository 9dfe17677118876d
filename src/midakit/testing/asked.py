"""What was asked, and how it differs from what was expected (pure).

A path keeps `{project_key}` as its builder wrote it: neither a key nor a host takes part.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import attrs

from midakit.core.call import Call
from midakit.core.wire.messages import Request


class Unexpected(AssertionError):
    """A test sent a call that nobody prepared an answer for.

    No `MidakitError`: code under test that handles those must not swallow it.
    """


@attrs.frozen
class Asked:
    """One request as tests compare it: the order of the query and of JSON fields says nothing."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    """The JSON value, or the text where it is no JSON."""

    @property
    def key(self) -> str:
        """The same text for the same request."""
        return json.dumps([self.path, self.method, self.query, self.body], sort_keys=True)

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query)
        return f"{self.method} {self.path}" + (f"?{query}" if query else "")


def of_call(call: Call[Any]) -> Asked:
    """What a call asks."""
    return Asked(call.method, call.path, tuple(sorted(call.query)), readable(call.body))


def of_request(request: Request) -> Asked:
    """What a request asks: its call, or else its bytes."""
    if request.call is not None:
        return of_call(request.call)
    path, _, query = request.target.decode("ascii").partition("?")
    pairs = tuple(sorted(parse_qsl(query, keep_blank_values=True)))
    return Asked(request.method, path, pairs, readable(request.body))


def readable(body: bytes | None) -> Any:
    """The JSON value of a body, or its text."""
    if body is None:
        return None
    text = body.decode("utf-8", "backslashreplace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def differences(asked: Asked, expected: Asked) -> list[str]:
    """Where two requests part, in words; empty when they are the same."""
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
    """How two mappings differ; with `others`, what was not expected is welcome."""
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
    """The candidate with the fewest differences, and these, line by line; empty without any."""
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
