"""The answers of handlers, and JSON to and from bytes.

A body that is not clean JSON (malformed, NaN, numbers beyond a double, broken surrogates, too
deep) is a 400 here, so that no handler ever meets one.
"""

import json
import math
from typing import Any

from midakit.sandbox.errors import HttpError

Body = dict[str, Any]
Answer = Body | tuple[int, Body]


def encode_json(body: Any) -> bytes:
    """JSON bytes of an answer."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def decode_json(raw: bytes) -> Any:
    """The JSON value in a request body."""
    try:
        text = raw.decode()
        value = json.loads(text, parse_float=_finite, parse_constant=_refused)
        if "\\u" in text:  # only an escape can smuggle in half of a surrogate pair
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise HttpError(400, "Request body is not valid JSON") from error
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _refused(text: str) -> float:
    raise ValueError(text)
