"""What every call takes beside its own options, for parts of an API that are newer than this package."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypedDict, TypeVar, cast

from midakit.core.options import Option
from midakit.core.secret import Secret

Options = TypeVar("Options")

SECRET = re.compile("auth|cookie|key|password|secret|signature|token", re.IGNORECASE)
"""Headers of such a name are never shown."""


class ExtraOptions(TypedDict, total=False):
    """Options that every call has."""

    extra_query: Annotated[Mapping[str, Any] | None, Option(None)]
    """Further query parameters, also in place of the call's own; a list gives its name several times."""
    extra_body: Annotated[Mapping[str, Any] | None, Option(None)]
    """Further fields of the JSON body, also in place of the call's own."""
    extra_headers: Annotated[Mapping[str, str | Secret] | None, Option(None)]
    """Further headers, also in place of the client's own; values of secret ones are never shown."""


def taken(options: Options) -> Options:
    """Return options with secret headers hidden, and empty those that were given.

    A method waits while its call is under way, and what shows local variables of a traceback would
    show its options.

    Args:
        options: A method's own `**options`.
    """
    if not options:
        return options
    given = cast("dict[str, Any]", options)
    found = given.copy()
    given.clear()
    if isinstance(found.get("extra_headers"), Mapping):
        found["extra_headers"] = hidden(found["extra_headers"])
    return cast("Options", found)


def hidden(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return headers with the values of secret ones as `Secret`s, which no traceback shows.

    Args:
        headers: Values by name.
    """
    return {
        name: Secret(value) if isinstance(value, str) and SECRET.search(str(name)) else value
        for name, value in headers.items()
    }
