"""Exchanges as a cassette keeps them: readable, without keys, equal in every recording (pure).

    API keys            ***, wherever they occur
    project keys        a name made of their digest, so that two projects have two names
    response headers    an allow-list
    order               by request; repeated ones as they came

A body is kept as JSON where that gives the same bytes again, as text or base64 where not.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

import attrs

from midakit import errors
from midakit.core.secret import MASK
from midakit.core.wire.headers import Headers
from midakit.core.wire.messages import Request, Response
from midakit.testing.asked import Asked, of_request
from midakit.testing.ready_response import ReadyResponse

KEPT = ("content-type", "location", "retry-after", "retry-after-ms", "x-ratelimit-reset")
SHORTEST = 8
"""The shortest key that is looked for: `key` or `project`, as tests write, is part of other words."""

_NAME = r"[\w-]*(?:api[_-]?key|secret|token|password)"
_KEYED = re.compile(rb'("%s"\s*:\s*")((?:[^"\\]|\\.)+)"' % _NAME.encode(), re.IGNORECASE | re.ASCII)
_PARAMETER = re.compile(_NAME, re.IGNORECASE | re.ASCII)
_PROJECT = re.compile(rb'("project_?key"\s*:\s*")((?:[^"\\]|\\.)+)"', re.IGNORECASE)
_ALIAS = re.compile(r"project-[0-9a-f]{8}")
_AUTH = (b"authorization", b"x-api-key", b"api-key")


@attrs.frozen
class Exchange:
    """A request, and the response or the transport error that came for it."""

    asked: Asked
    came: dict[str, Any]
    project: str | None = None
    """The name of the project that was asked; None where the path has it."""

    def play(self) -> ReadyResponse:
        """Return the response again, or raise the error again."""
        if "error" in self.came:
            kind = getattr(errors, self.came["error"])
            raise kind("as recorded", sent=self.came["sent"])
        headers = tuple((k.encode(), v.encode("latin-1")) for k, v in self.came["headers"].items())
        return ReadyResponse(self.came["status"], headers, _unpacked(self.came))


def alias(project_key: str) -> str:
    """Return the name that stands for a project key on a cassette; such a name stands for itself.

    Args:
        project_key: The project key, or such a name.
    """
    if project_key == "{project_key}" or _ALIAS.fullmatch(project_key):
        return project_key
    return f"project-{blake2b(project_key.encode(), digest_size=4).hexdigest()}"


class Scrubber:
    """Takes the keys of one request out of bodies and texts.

    Args:
        request: The request that carries the keys.
        words: Further words that must not stand on a cassette.
    """

    def __init__(self, request: Request, words: Iterable[str] = ()) -> None:
        self._named = [(word, MASK) for word in words if word]
        for name, value in request.headers:
            if name in _AUTH:
                text = value.decode("utf-8", "replace")
                self._name(text, MASK)
                self._name(text.partition(" ")[2], MASK)  # after `Bearer`, however it is written
        project = project_key(request)
        if project is not None:
            self._name(project, alias(project))

    def _name(self, word: str, instead: str) -> None:
        """Replace a word, also where JSON escapes its characters."""
        if len(word) >= SHORTEST:
            self._named += [(form, instead) for form in {word, json.dumps(word)[1:-1]}]

    def clean(self, data: bytes) -> bytes:
        """Return a body without keys; what was JSON stays JSON.

        Args:
            data: A body.
        """
        found = self._without_keys(data)
        if found != data and _is_json(data) and not _is_json(found):  # a key was part of a number
            found = self._without_keys(_compact(self._value(json.loads(data))).encode())
        return found

    def _without_keys(self, data: bytes) -> bytes:
        data = _KEYED.sub(rb'\g<1>***"', data)
        data = _PROJECT.sub(
            lambda found: found[1] + alias(found[2].decode("utf-8", "replace")).encode() + b'"',
            data,
        )
        for word, instead in self._named:
            data = data.replace(word.encode(), instead.encode())
        return data

    def _value(self, value: Any) -> Any:
        """Return a JSON value without keys; a number that holds one becomes text."""
        if isinstance(value, dict):
            return {self._value(name): self._value(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._value(inner) for inner in value]
        if value is None or isinstance(value, bool):
            return value
        text = str(value)
        for word, instead in self._named:
            text = text.replace(word, instead)
        return value if text == str(value) else text

    def text(self, text: str) -> str:
        """Return text without keys.

        Args:
            text: A part of a path, a query or a header.
        """
        return self._without_keys(text.encode()).decode()


def asked_by(request: Request, words: Iterable[str] = ()) -> Asked:
    """Return a request as it stands on a cassette, when recording and when replaying.

    Args:
        request: A request on its way to the transport; keys in it are masked.
        words: Further words that must not stand there.
    """
    scrub, asked = Scrubber(request, words), of_request(request)
    path = re.sub(
        r"(?<=/project/)[^/]+", lambda found: alias(unquote(found[0])), asked.path, count=1
    )
    body = json.loads(scrub.clean(json.dumps(asked.body, ensure_ascii=False).encode()))
    query = tuple(
        (name, MASK if _PARAMETER.fullmatch(name) else scrub.text(value))
        for name, value in asked.query
    )
    return Asked(asked.method, scrub.text(path), query, body)


def asked_project(request: Request) -> str | None:
    """Return the name of the project that a call is sent to; None where the path of `Asked` has it.

    Args:
        request: A request on its way to the transport.
    """
    if request.call is None or "{project_key}" not in request.call.path:
        return None
    key = project_key(request)
    return alias(key) if key is not None else None


def answered(request: Request, response: Response, words: Iterable[str] = ()) -> dict[str, Any]:
    """Return a response as it stands on a cassette.

    Args:
        request: The request that it came for.
        response: The server's response; keys in it are masked.
        words: Further words that must not stand there.
    """
    scrub = Scrubber(request, words)
    headers = {name: scrub.text(value) for name, value in _kept(response.headers)}
    return {
        "status": response.status,
        "headers": headers,
        **_packed(scrub.clean(response.body)),
    }


def failed(error: errors.TransportError) -> dict[str, Any]:
    """Return a transport error as it stands on a cassette, without its text, which names hosts and ports.

    Args:
        error: What the transport raised; its class and `sent` are kept.
    """
    return {"error": type(error).__name__, "sent": error.sent}


def written(exchanges: Iterable[Exchange]) -> str:
    """Return the text of a cassette's file.

    Args:
        exchanges: What the file holds; repeated requests keep their order.
    """
    ordered = sorted(exchanges, key=lambda one: one.asked.key)  # stable: repeats keep their order
    parts = [{"request": _request(one), "response": one.came} for one in ordered]
    return json.dumps({"midakit": 1, "exchanges": parts}, indent=1, ensure_ascii=False) + "\n"


def read(text: str) -> list[Exchange]:
    """Return the exchanges that the text of a file holds.

    Args:
        text: Content of a cassette: JSON.

    Raises:
        ValueError: The text is not a cassette.
    """
    whole = json.loads(text)
    if not isinstance(whole, dict) or whole.get("midakit") != 1:
        raise ValueError("it has no `midakit: 1`")
    try:
        return [_exchange(one["request"], one["response"]) for one in whole["exchanges"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"an exchange is incomplete: {error!r}") from error


def _request(one: Exchange) -> dict[str, Any]:
    told = attrs.asdict(one.asked, recurse=False)
    return told if one.project is None else told | {"project": one.project}


def _exchange(request: dict[str, Any], came: dict[str, Any]) -> Exchange:
    query = tuple((name, value) for name, value in request["query"])
    asked = Asked(request["method"], request["path"], query, request["body"])
    return Exchange(asked, came, request.get("project"))


def project_key(request: Request) -> str | None:
    """Return the project key in the path of a request, or None.

    Args:
        request: A request whose path may begin with `/project/KEY`.
    """
    found = re.search(rb"/project/([^/?]+)", request.target)
    return unquote(found[1].decode("ascii")) if found else None


def _kept(headers: Headers) -> list[tuple[str, str]]:
    pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in headers)
    return sorted((name, value) for name, value in pairs if name in KEPT)


def _packed(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(body).decode()}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {"text": text}
    return {"json": value} if _compact(value) == text else {"text": text}


def _unpacked(came: dict[str, Any]) -> bytes:
    if "base64" in came:
        return b64decode(came["base64"])
    text: str = came["text"] if "text" in came else _compact(came["json"])
    return text.encode()


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
