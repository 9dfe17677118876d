"""Answers on their way out: handlers' values and errors as HTTP responses."""

import logging
import sqlite3
from collections.abc import Awaitable, Collection
from typing import TypeVar

from starlette.requests import ClientDisconnect
from starlette.responses import Response

from midakit.sandbox.errors import HttpError
from midakit.sandbox.values import Answer, Body, encode_json

_T = TypeVar("_T")
_log = logging.getLogger("midakit.sandbox")


async def answer_or_error(work: Awaitable[_T], what: str) -> _T | tuple[int, Body]:
    """Wait for an answer; an error becomes an answer too.

    Args:
        work: What computes the answer.
        what: What the log calls the request when it fails in a way nobody expected.

    Returns:
        The answer, or the status and the body of an error.

    Raises:
        ClientDisconnect: The client went away while it sent its body.
    """
    try:
        return await work
    except ClientDisconnect:
        raise
    except HttpError as error:
        return error.status, {"error": error.message}
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        _log.error("%s: the data folder cannot be written: %s", what, reason)
        return 507, {"error": f"The data folder cannot be written, nothing was changed: {reason}"}
    except Exception:
        _log.exception("%s failed", what)
        return 500, {"error": "The sandbox failed; its log says why"}


def json_response(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    """Return an answer as an HTTP response.

    Args:
        answer: A body with status 200, or a status and a body.
        headers: Headers to send with it.

    Returns:
        The response.
    """
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return Response(encode_json(body), status, headers, media_type="application/json")


def method_not_allowed(methods: Collection[str]) -> Response:
    """Return the answer to a method that a path does not have.

    Args:
        methods: What the path does answer, such as GET and DELETE.

    Returns:
        The response, with the header Allow.
    """
    also = {"HEAD"} if "GET" in methods else set()
    allow = {"allow": ", ".join(sorted({*methods, *also}))}
    return json_response((405, {"error": "Method not allowed"}), allow)
