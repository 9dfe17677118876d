"""The parts of an HTTP request: its query, its ids and its body."""

from collections import defaultdict

from starlette.datastructures import QueryParams
from starlette.requests import Request

from midakit.sandbox.answers import Body, decode_json
from midakit.sandbox.contract.operations import Operation
from midakit.sandbox.errors import HttpError

MAX_BODY = 16 * 1024 * 1024


def repeated(params: QueryParams) -> dict[str, list[str]]:
    """Return every value of each query parameter, in the order they were sent."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, value in params.multi_items():
        found[name].append(value)
    return found


async def read(request: Request) -> bytes:
    """The whole request body, if it is not absurdly long."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY:
            raise HttpError(413, "Request body is too large")
    return bytes(body)


def parse_body(raw: bytes, operation: Operation) -> Body:
    """The JSON object a handler gets; a body that may be left out becomes an empty one."""
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
    """A numeric id from the path."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not (digits.isascii() and digits.isdigit()):
        raise HttpError(400, f"{name} must be a number")
    return sign * int(digits) if len(digits) < 19 else -1
