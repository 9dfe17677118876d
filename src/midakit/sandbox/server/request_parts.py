"""The parts of an HTTP request: its query, its ids and its body."""

from starlette.datastructures import QueryParams
from starlette.requests import Request

from midakit.sandbox.contract.operations import Operation
from midakit.sandbox.errors import HttpError
from midakit.sandbox.values import Body, decode_json

MAX_BODY = 16 * 1024 * 1024


def query_lists(params: QueryParams) -> dict[str, list[str]]:
    """Return every value of each query parameter.

    Args:
        params: The parsed query string, in which a name may be repeated.

    Returns:
        The values by name, in the order in which they were sent.
    """
    return {name: params.getlist(name) for name in params}


async def read_body(request: Request) -> bytes:
    """Read the whole body of a request.

    Args:
        request: Its body was not read before.

    Returns:
        The bytes.

    Raises:
        HttpError: 413, there are more than 16 MiB.
    """
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HttpError(413, "Request body is too large")
    return bytes(body)


def parse_body(raw: bytes, operation: Operation) -> Body:
    """Return the JSON object in a body.

    Args:
        raw: UTF-8 JSON, as it was received.
        operation: The operation that is called.

    Returns:
        The object; an empty one where a body may be left out.

    Raises:
        HttpError: 400, there is no body, or it is not a JSON object.
    """
    if operation.body is None:
        return {}
    if not raw.strip():
        if operation.body_required:
            raise HttpError(400, "Request body is required")
        return {}
    value = decode_json(raw)
    if not isinstance(value, dict):
        raise HttpError(400, "Request body must be a JSON object")
    return value


def parse_path_id(text: str, name: str) -> int:
    """Return an id in the path.

    Args:
        text: The part of the path.
        name: What the message calls it.

    Returns:
        The number; -1, which nothing has, when it is too long for an id.

    Raises:
        HttpError: 400, it is not a number.
    """
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not (digits.isascii() and digits.isdigit()):
        raise HttpError(400, f"{name} must be a number")
    return sign * int(digits) if len(digits) < 19 else -1
