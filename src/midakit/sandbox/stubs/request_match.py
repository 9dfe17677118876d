"""Which requests are meant: for stubs, and for the check that something was asked. Pure.

{"method": "POST", "path": "/goal$", "query": {"limit": "3"}, "body": {"goal_name": "Signup"}}

Everything may be left out. `path` is a pattern (RE2), searched in the path; `query` and `body` say
what must be there among other things, in nested objects too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs

from midakit.sandbox.errors import HttpError
from midakit.sandbox.patterns import compile_pattern
from midakit.sandbox.values import Body

_FIELDS = ("method", "path", "query", "body")


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What a client has sent, as far as it can be matched."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    cut: bool = False
    """Whether the end of the body is not known."""

    @property
    def value(self) -> Any:
        """The JSON value of the body, or its text when it is not JSON; None for no body."""
        if not self.body:
            return None
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return self.body.decode(errors="replace")


@dataclass(frozen=True, slots=True)
class RequestMatch:
    """The requests that are meant."""

    method: str | None = None
    path: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    def differences(self, sent: SentRequest) -> list[str]:
        """List how a request differs from what is meant; nothing when it matches.

        Args:
            sent: The request.

        Returns:
            One sentence for each difference.
        """
        found = []
        if self.method not in (None, sent.method):
            found.append(f"method is {sent.method}, expected {self.method}")
        if self.path is not None and compile_pattern(self.path).search(sent.path) is None:
            found.append(f"path is {sent.path}, which {self.path} does not match")
        values = parse_qs(sent.query, keep_blank_values=True) if self.query else {}
        for name, wanted in self.query.items():
            if wanted not in values.get(name, ()):
                came = ", ".join(map(_short, values.get(name, ()))) or "missing"
                found.append(f"query {name} is {came}, expected {_short(wanted)}")
        if self.body is not None and sent.cut:
            found.append(f"body is longer than the {len(sent.body):,} bytes that are kept")
        elif self.body is not None:
            found += _lacks("body", sent.value, self.body)
        return found

    def may_match(self, sent: SentRequest) -> bool:
        """Tell whether nothing but a part of the body that is not known decides about a request.

        Args:
            sent: The request.
        """
        cut = self.body is not None and sent.cut
        return cut and not replace(self, body=None).differences(sent)

    def as_json(self) -> Body:
        """Return the JSON form, without what was left out."""
        return request_match(self.method, self.path, self.query, self.body)

    def __str__(self) -> str:
        words = [self.method or "any method", self.path or "any path"]
        if self.query:
            words.append("with " + "&".join(f"{name}={text}" for name, text in self.query.items()))
        if self.body is not None:
            words.append(f"with body {_short(self.body)}")
        return " ".join(words)


def request_match(
    method: str | None, path: str | None, query: Mapping[str, str] | None, body: object
) -> Body:
    """Return the JSON form of a match, without what is None.

    Args:
        method: The HTTP method.
        path: The pattern of the path.
        query: What must be in the query.
        body: What must be in the JSON body.

    Returns:
        What `parse_match` reads.
    """
    parts = {"method": method, "path": path, "query": dict(query or {}) or None, "body": body}
    return {name: value for name, value in parts.items() if value is not None}


def parse_match(given: Any) -> RequestMatch:
    """Read which requests are meant.

    Args:
        given: The JSON form.

    Returns:
        The match.

    Raises:
        HttpError: 400, it has other fields, or one of the wrong type.
    """
    if not isinstance(given, dict) or set(given) - set(_FIELDS):
        raise HttpError(400, f"request is an object of {', '.join(_FIELDS)}")
    method, path, query = given.get("method"), given.get("path"), given.get("query") or {}
    if not isinstance(method, str | None) or not isinstance(path, str | None):
        raise HttpError(400, "method and path are texts")
    if not isinstance(query, dict):
        raise HttpError(400, "query is an object of texts")
    if path is not None:
        try:
            compile_pattern(path)
        except ValueError as error:
            raise HttpError(
                400, f"path must be a regular expression (RE2): {error}"[:300]
            ) from error
    texts = {name: _query_text(value) for name, value in query.items()}
    return RequestMatch(method.upper() if method else None, path, texts, given.get("body"))


def _query_text(value: Any) -> str:
    """Return a value as it stands in a query."""
    return value if isinstance(value, str) else json.dumps(value)


def _lacks(where: str, sent: Any, wanted: Any) -> list[str]:
    """List what of a wanted JSON value is not in the one that was sent."""
    if isinstance(wanted, dict) and isinstance(sent, dict):
        return [
            line
            for name, value in wanted.items()
            for line in (
                _lacks(f"{where}.{name}", sent[name], value)
                if name in sent
                else [f"{where}.{name} is missing, expected {_short(value)}"]
            )
        ]
    same = sent == wanted and isinstance(sent, bool) == isinstance(wanted, bool)
    return [] if same else [f"{where} is {_short(sent)}, expected {_short(wanted)}"]


def _short(value: Any) -> str:
    """Return a value in one short line."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:97]}..."
