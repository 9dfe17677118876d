"""What a control is, and what it demands of the body of its request."""

from collections.abc import Callable, Mapping
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer, Body

Query = Mapping[str, str]
Control = Callable[[SandboxState, Query, Any], Answer | bytes]
"""A function of the state, the query and the JSON body of a request."""


def fields(given: Any, kinds: Mapping[str, Any]) -> Body:
    """Check that a body is an object with these fields of these types.

    Args:
        given: The JSON body of a request; None when there was none.
        kinds: The type of each field that may be there.

    Returns:
        The body.

    Raises:
        HttpError: 400, it has other fields or other types.
    """
    body: Body = {} if given is None else given
    if not isinstance(body, dict) or set(body) - set(kinds):
        raise HttpError(400, f"The body is an object of {', '.join(kinds)}")
    for name, value in body.items():
        flag = isinstance(value, bool) and kinds[name] in {int, (int, float)}
        if flag or not isinstance(value, kinds[name]):
            raise HttpError(400, f"{name} has the wrong type")
    return body
