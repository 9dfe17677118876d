"""Calls of operations that this package does not know."""

from collections.abc import Mapping
from typing import Any

from midakit.core.call import Call
from midakit.core.own_call import own_call
from midakit.mida.calls.build import ADDRESS


def request(
    method: str,
    path: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    headers: Mapping[str, Any] | None = None,
    answer: type[Any] | None = None,
    safe: bool | None = None,
) -> Call[Any]:
    """Return a call to any path of the API, for operations that are newer than this package.

    Args:
        method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
        path: The path behind `/v2`, such as `/project/{project_key}/funnels`; `{project_key}` is filled in.
        query: Query parameters; a list gives its name several times.
        body: What is sent as JSON; no body when left out.
        headers: Further headers; values of secret ones are never shown.
        answer: A class of `midakit.models` that reads the answer; when left out, its plain JSON.
        safe: Whether it may be sent twice; when left out, only a GET may.

    Raises:
        InvalidRequest: The method is unknown, or the path leads elsewhere.

    Example:
        call = calls.request("GET", "/project/{project_key}/goals", query={"limit": 5})
        print(mida.send(call)["goals"])
    """
    return own_call(
        method, path, query=query, body=body, headers=headers, answer=answer, safe=safe,
        address=ADDRESS,
    )  # fmt: skip
