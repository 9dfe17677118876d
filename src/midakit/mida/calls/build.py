"""What the builders share: paths, bodies, and the three kinds of call."""

import json
from collections.abc import Mapping
from typing import Any

from midakit.core.call import Address, Call, Pairs, Repeat
from midakit.core.checks import number_id
from midakit.core.unset import UNSET

PROJECT = "/project/{project_key}"
ADDRESS = Address("https://api-us.mida.so/v2", "Authorization: Bearer ***")


def experiment_path(test_id: Any, tail: str = "") -> str:
    """The path of one experiment, or of something beneath it."""
    return f"{PROJECT}/experiment/{number_id('test_id', test_id)}{tail}"


def given(**fields: Any) -> dict[str, Any]:
    """The fields that were given, as JSON values."""
    from midakit.core.models.encode import plain

    return {name: plain(value) for name, value in fields.items() if value is not UNSET}


def encoded(body: Mapping[str, Any]) -> bytes:
    """A JSON body."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def get(
    operation: str, path: str, answer: Any, *, query: Pairs = (), pick: str | None = None
) -> Call[Any]:
    """A reading call: always safe to repeat."""
    return Call(
        operation=operation,
        method="GET",
        path=path,
        answer=answer,
        address=ADDRESS,
        query=query,
        pick=pick,
        safe=True,
    )


def write(
    operation: str,
    method: str,
    path: str,
    answer: Any,
    body: Mapping[str, Any] | None = None,
    *,
    safe: bool,
    pick: str | None = None,
    headers: Pairs = (),
    repeated: tuple[int, Mapping[str, Any]] | None = None,
) -> Call[Any]:
    """A writing call; `repeated` is the refusal that a repeat may get, and the answer it stands for."""
    return Call(
        operation=operation,
        method=method,
        path=path,
        answer=answer,
        address=ADDRESS,
        body=None if body is None else encoded(body),
        pick=pick,
        headers=headers,
        safe=safe,
        repeated=None
        if repeated is None
        else Repeat(repeated[0], encoded({"success": True, **repeated[1]})),
    )
