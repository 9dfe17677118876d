"""One call and one answer as the handlers see them; bytes and JSON are handled here.

A body that is not clean JSON (malformed, NaN, numbers beyond a double, broken surrogates, too
deep) is a 400 here, so that no handler ever meets one.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midakit.sandbox.contract import Operation
from midakit.sandbox.refusal import Problem

Body = dict[str, Any]
Answer = Body | tuple[int, Body]
MAX_BODY = 16 * 1024 * 1024


@dataclass(slots=True)
class Call:
    """A request that passed the key check and the contract."""

    operation: Operation
    project: Body
    ids: Mapping[str, int]
    query: dict[str, Any]
    repeated: Mapping[str, list[str]]
    texts: Mapping[str, str]
    """Query values as they came; the reports read these."""
    headers: Mapping[str, str]
    origin: str
    """Scheme and host this server was called by."""
    person: Body | None = None
    body: Body = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The project's public key."""
        return str(self.project["project_key"])

    @property
    def company(self) -> int:
        """The account that owns the project."""
        return int(self.project["company_id"])


def encoded(body: Any) -> bytes:
    """JSON bytes of an answer."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def decoded(raw: bytes) -> Any:
    """The JSON value in a request body."""
    try:
        text = raw.decode()
        value = json.loads(text, parse_float=_finite, parse_constant=_refused)
        if "\\u" in text:  # only an escape can smuggle in half of a surrogate pair
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Problem(400, "Request body is not valid JSON") from error
    return value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _refused(text: str) -> float:
    raise ValueError(text)


def body_of(raw: bytes, operation: Operation) -> Body:
    """The JSON object a handler gets; a body that may be left out becomes an empty one."""
    if operation.body is None:
        return {}
    if not raw.strip():
        if operation.body_required:
            raise Problem(400, "Request body is required")
        return {}
    value = decoded(raw)
    if not isinstance(value, dict):
        raise Problem(400, "Request body must be a JSON object")
    return value


def number_of(text: str, name: str) -> int:
    """A numeric id from the path."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not (digits.isascii() and digits.isdigit()):
        raise Problem(400, f"{name} must be a number")
    return sign * int(digits) if len(digits) < 19 else -1
