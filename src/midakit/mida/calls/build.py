"""What the builders share: paths, bodies, and the two kinds of call."""

from collections.abc import Mapping
from typing import Any

from midakit.core.call import Address, Call, Pairs, Repeat
from midakit.core.checks import number_id
from midakit.core.extend import extended, json_body
from midakit.core.models.encode import plain
from midakit.core.options import apply_rules, option_table
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest

NOTHING: Mapping[str, Any] = {}
PROJECT = "/project/{project_key}"
ADDRESS = Address("https://api-us.mida.so/v2", "Authorization: Bearer ***")


def experiment_path(test_id: Any, tail: str = "") -> str:
    """Return the path of an experiment, or of something beneath it.

    Args:
        test_id: A numeric id, as a number or as text.
        tail: What follows the id, with its leading slash.

    Raises:
        InvalidRequest: The id is not numeric.
    """
    return f"{PROJECT}/experiment/{number_id('test_id', test_id)}{tail}"


def given(**fields: object) -> dict[str, Any]:
    """Return the fields that were given, as JSON values.

    Args:
        **fields: Values by name; what is `UNSET` is left out.
    """
    return {name: plain(value) for name, value in fields.items() if value is not UNSET}


def body(owner: str, fields: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a body that were given, checked by their rules, as JSON values.

    Args:
        owner: Whose fields they are, for messages: "goals.create".
        fields: The `TypedDict` of the fields.
        values: What the caller gave.

    Raises:
        InvalidRequest: A field does not exist, or its value breaks its rule.
    """
    return given(**apply_rules(owner, fields, values))


def changes(owner: str, fields: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a change, which must change something.

    Args:
        owner: Whose fields they are, for messages: "goals.update".
        fields: The `TypedDict` of the fields.
        values: What the caller gave.

    Raises:
        InvalidRequest: No field was given, or one does not exist or breaks its rule.
    """
    found = body(owner, fields, values)
    if not found and not values.get("extra_body"):
        raise InvalidRequest(owner, f"give at least one of: {', '.join(option_table(fields))}")
    return found


def get(
    operation: str,
    path: str,
    answer: Any,
    *,
    query: Pairs = (),
    pick: str | None = None,
    extra: Mapping[str, Any] = NOTHING,
    doubts: tuple[str, ...] = (),
) -> Call[Any]:
    """Return a call that reads, which is always safe to repeat.

    Args:
        operation: The operationId of the contract.
        path: The path, with `{project_key}` for the client's own project.
        answer: The model of the answer.
        query: The query parameters, in order.
        pick: The field of the answer that the caller gets; all of it when left out.
        extra: Options that may hold `extra_query` and the like.
        doubts: What the builder did not know in what it was given.
    """
    call: Call[Any] = Call(
        operation=operation,
        method="GET",
        path=path,
        answer=answer,
        address=ADDRESS,
        query=query,
        pick=pick,
        safe=True,
        doubts=doubts,
    )
    return extended(call, extra) if extra else call


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
    extra: Mapping[str, Any] = NOTHING,
) -> Call[Any]:
    """Return a call that writes.

    Args:
        operation: The operationId of the contract.
        method: The HTTP method.
        path: The path, with `{project_key}` for the client's own project.
        answer: The model of the answer.
        body: The fields of the body; no body when left out.
        safe: Whether a second call leaves things as the first one did.
        pick: The field of the answer that the caller gets; all of it when left out.
        headers: Headers of this call only.
        repeated: The status that a repeat gets when the first try has worked, and the answer that it
            then stands for.
        extra: Options that may hold `extra_query` and the like.
    """
    call: Call[Any] = Call(
        operation=operation,
        method=method,
        path=path,
        answer=answer,
        address=ADDRESS,
        body=None if body is None else json_body("body", body),
        pick=pick,
        headers=headers,
        safe=safe,
        repeated=None
        if repeated is None
        else Repeat(repeated[0], json_body("repeated", {"success": True, **repeated[1]})),
    )
    return extended(call, extra) if extra else call
