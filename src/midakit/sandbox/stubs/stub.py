"""A stub: what is answered to some requests, and how often. Pure.

{"request": {"method": "GET", "path": "/result$"},
 "response": [{"status": 429, "headers": {"retry-after": "1"}, "body": {"error": "slow down"}}, ...],
 "times": 2}

Several responses are given in turn, and the last one stays. A response has `body` (any JSON value),
`text` or `base64`, and `delay` in seconds.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.stubs.request_match import RequestMatch, parse_match
from midakit.sandbox.values import Body, encode_json

_CONTENT = {"body": "application/json", "text": "text/plain; charset=utf-8",
            "base64": "application/octet-stream"}  # fmt: skip
_FIELDS = frozenset({"status", "headers", "delay", *_CONTENT})
_NAME, _VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\t -~\x80-\xff]*")
_OWN = frozenset({"content-length", "transfer-encoding", "connection"})
_BODILESS = frozenset({204, 205, 304})
_LONGEST_DELAY = 3600


@dataclass(frozen=True, slots=True)
class StubResponse:
    """One answer of a stub."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    delay: float
    given: Mapping[str, Any]
    """The JSON form that it was made from."""


@dataclass(slots=True)
class Stub:
    """The answers to some requests; it counts how often it has answered."""

    match: RequestMatch
    responses: tuple[StubResponse, ...]
    times: int | None = None
    number: int = 0
    used: int = 0

    @property
    def ready(self) -> bool:
        """Whether it still answers."""
        return self.times is None or self.used < self.times

    def next_response(self) -> StubResponse:
        """Return the answer whose turn it is, and count it."""
        response = self.responses[min(self.used, len(self.responses) - 1)]
        self.used += 1
        return response

    def as_json(self) -> Body:
        """Return the JSON form, with its number and how often it was used."""
        return {
            "number": self.number,
            "request": self.match.as_json(),
            "response": [dict(response.given) for response in self.responses],
            "times": self.times,
            "used": self.used,
        }


def parse_stub(given: Any) -> Stub:
    """Read a stub.

    Args:
        given: The JSON form.

    Returns:
        The stub, not used yet.

    Raises:
        HttpError: 400, it is not one.
    """
    if not isinstance(given, dict) or set(given) - {"request", "response", "times"}:
        raise HttpError(400, "A stub is an object of request, response and times")
    responses = given.get("response", {})
    listed = responses if isinstance(responses, list) else [responses]
    if not listed:
        raise HttpError(400, "response needs at least one answer")
    times = given.get("times")
    if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
        raise HttpError(400, "times must be a whole number from 1")
    return Stub(parse_match(given.get("request", {})), tuple(map(_response, listed)), times)


def _response(given: Any) -> StubResponse:
    """Read one answer; a number alone is a status."""
    value = {"status": given} if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(value, dict) or set(value) - _FIELDS:
        raise HttpError(400, f"response is an object of {', '.join(sorted(_FIELDS))}")
    status, delay = value.get("status", 200), value.get("delay", 0)
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise HttpError(400, "status must be from 200 to 599")
    if not isinstance(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY:
        raise HttpError(400, f"delay must be seconds from 0 to {_LONGEST_DELAY}")
    kinds = [name for name in _CONTENT if name in value]
    if len(kinds) > 1:
        raise HttpError(400, f"response has {' and '.join(kinds)}: give one of them")
    kind = kinds[0] if kinds else "body"
    body = _content(kind, value.get(kind, {} if status < 400 else {"error": f"Stub: {status}"}))
    headers = {"content-type": _CONTENT[kind], **_headers(value.get("headers", {}))}
    return StubResponse(
        status,
        tuple((name.encode(), text.encode("latin-1")) for name, text in headers.items()),
        b"" if status in _BODILESS else body,
        delay,
        value,
    )


def _content(kind: str, value: Any) -> bytes:
    """Return the bytes of an answer's body."""
    if kind == "body":
        return encode_json(value)
    if not isinstance(value, str):
        raise HttpError(400, f"{kind} is a text")
    if kind == "text":
        return value.encode()
    try:
        return b64decode(value, validate=True)
    except ValueError as error:
        raise HttpError(400, "base64 cannot be decoded") from error


def _headers(given: Any) -> dict[str, str]:
    """Return checked headers, names in lower case."""
    if not isinstance(given, dict):
        raise HttpError(400, "headers is an object of texts")
    for name, value in given.items():
        good = isinstance(value, str) and _VALUE.fullmatch(value) and _NAME.fullmatch(name)
        if not good or name.lower() in _OWN:
            raise HttpError(400, f"no header of an answer: {name[:40]!r}")
    return {name.lower(): value for name, value in given.items()}
