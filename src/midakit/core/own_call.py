"""Calls that an application puts together itself, for what an API has and this package does not know."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from midakit.core.call import ELSEWHERE, Address, Call
from midakit.core.checks import HALF
from midakit.core.extend import header_pairs, json_body, query_pairs
from midakit.core.models.decode import NotDecodable
from midakit.errors import InvalidRequest

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_plain = re.compile(r"[\x21-\x7e]+").fullmatch
_percent = re.compile(r"%(?![0-9A-Fa-f]{2})").search
DOTS = frozenset({".", ".."})


class Json:
    """The answer of a call that names no model: whatever JSON the server sent."""

    @staticmethod
    def loads(body: bytes, *, on_unknown: str) -> Any:  # noqa: ARG004  # every model's
        """Return the value of a body; None where it is empty.

        Args:
            body: The bytes of a whole answer.
            on_unknown: Means nothing here.

        Raises:
            NotDecodable: The body is not JSON.
        """
        if not body.strip():
            return None
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            what = "HTML" if body.lstrip()[:1] == b"<" else "text that is not complete JSON"
            raise NotDecodable(f"{what} instead of JSON") from None


def own_call(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    headers: Mapping[str, Any] | None = None,
    answer: type[Any] | None = None,
    safe: bool | None = None,
    address: Address = ELSEWHERE,
) -> Call[Any]:
    """Return a call to any path of the API.

    Args:
        method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        path: The path behind the base URL, such as `/project/{project_key}/funnels`; `{project_key}` is
            filled in. It leads to no other host.
        query: Query parameters; a list gives its name several times.
        body: What is sent as JSON; no body when left out.
        headers: Further headers; values of secret ones are never shown.
        answer: A class of `midakit.models` that reads the answer; when left out, its plain JSON.
        safe: Whether it may be sent twice; when left out, only a GET may.
        address: What printing the call shows as its host.

    Raises:
        InvalidRequest: The method is unknown, or the path leads elsewhere.
    """
    if method not in METHODS:
        raise InvalidRequest("method", f"{method!r} is not one of: {', '.join(METHODS)}")
    if body is not None and method == "GET":
        raise InvalidRequest("body", "a GET has none")
    return Call(
        operation="request",
        method=method,
        path=checked_path(path),
        answer=answer or Json,
        query=query_pairs("query", query or {}),
        body=None if body is None else json_body("body", body),
        headers=header_pairs("headers", headers or {}),
        safe=method == "GET" if safe is None else safe,
        address=address,
    )


def checked_path(path: str) -> str:
    """Return a path as it is sent, if it stays below the base URL.

    Args:
        path: As an application wrote it; letters beyond ASCII are percent-encoded.

    Raises:
        InvalidRequest: It names a host, climbs up, or holds a query or what no path holds.
    """
    if not isinstance(path, str) or not path.startswith("/") or path.startswith("//"):
        raise InvalidRequest("path", f"{path!r} does not begin with one slash; it names no host")
    if "?" in path or "#" in path:
        raise InvalidRequest("path", f"{path!r} holds a query; give it as query=")
    try:
        sent = quote(path, safe="/%{}:@!$&'()*+,;=-._~")
    except UnicodeEncodeError:
        raise InvalidRequest("path", HALF) from None
    if not _plain(path.encode("ascii", "ignore").decode()) or "\\" in path or _percent(path):
        raise InvalidRequest("path", f"{path!r} holds characters that no path has")
    parts = re.split(r"/|%2f|%5c", sent, flags=re.IGNORECASE)
    if any(re.sub("%2e", ".", part, flags=re.IGNORECASE) in DOTS for part in parts):
        raise InvalidRequest("path", f"{path!r} climbs to another path")
    if set("{}") & set(PLACEHOLDER.sub("", sent)):
        raise InvalidRequest("path", f"{path!r} holds braces that are no placeholder")
    return sent
