"""Values in requests and answers: JSON objects and whole numbers.

A body that is not clean JSON (malformed, NaN, numbers beyond a double, broken surrogates, too deep)
gets a 400 here, so that no handler ever meets one.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import msgspec

from midakit.sandbox.errors import HttpError

Body = dict[str, Any]
"""A JSON object."""
Answer = Body | tuple[int, Body]
"""What a handler returns: a body with status 200, or a status and a body."""


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_QUICK = msgspec.json.Encoder()  # a seventh of the time


def encode_json(value: Any) -> bytes:
    """Return a value as compact JSON.

    Args:
        value: Dicts, lists, text, numbers, booleans and None, nested.

    Returns:
        UTF-8 bytes.
    """
    try:
        return _QUICK.encode(value)
    except OverflowError:  # a whole number beyond 64 bits
        return _ENCODER.encode(value).encode()


def decode_json(raw: bytes) -> Any:
    """Return the JSON value in a request body.

    Args:
        raw: The bytes of the body.

    Returns:
        The value; every number in it is finite, every text is valid Unicode.

    Raises:
        HttpError: 400, the bytes are not such JSON.
    """
    try:
        text = raw.decode()
        value = json.loads(text, parse_float=_finite, parse_constant=_refuse)
        if "\\u" in text:  # only an escape can smuggle in half of a surrogate pair
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise HttpError(400, "Request body is not valid JSON") from error
    return value


def whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    """Return a query parameter that is a whole number from 0.

    Args:
        query: The parameters of the request.
        name: The parameter's name.
        default: What is returned when it was not sent.

    Returns:
        The number.

    Raises:
        HttpError: 400, the text is not a whole number.
    """
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise HttpError(400, f"{name} must be a whole number")
    return int(text)


def _finite(text: str) -> float:
    """Return a number, and refuse one beyond a double."""
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _refuse(text: str) -> float:
    """Refuse NaN and the infinities."""
    raise ValueError(text)
