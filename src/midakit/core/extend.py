"""Puts what a caller gave beside a call's own options into the call (pure)."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from midakit.core.call import Call
from midakit.core.extra import hidden as hide
from midakit.core.models.encode import plain
from midakit.core.options import EXTRA
from midakit.core.secret import Secret
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest

if TYPE_CHECKING:
    from midakit.core.call import Pairs

T = TypeVar("T")

OF_THE_TRANSPORT = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "te", "trailer"}
)  # fmt: skip
_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch
_visible = re.compile(r"[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?").fullmatch


def extended(call: Call[T], given: Mapping[str, Any]) -> Call[T]:
    """Return a call with what a caller gave beside its own options.

    Args:
        call: The call as its builder made it.
        given: Options; those that are not of `ExtraOptions` are left out.

    Raises:
        InvalidRequest: One of them is no mapping, cannot be sent, or the call has no body.
    """
    found = {name: given[name] for name in EXTRA if given.get(name, UNSET) not in (UNSET, None)}
    for name, value in found.items():
        _check_is_mapping(name, value)
    if not any(found.values()):
        return call
    return attrs.evolve(
        call,
        query=_joined(call.query, query_pairs("extra_query", found.get("extra_query", {}))),
        body=_body(call, found.get("extra_body", {})),
        headers=_joined(call.headers, header_pairs("extra_headers", found.get("extra_headers", {}))),
    )  # fmt: skip


def _check_is_mapping(field: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise InvalidRequest(field, f"{type(value).__name__} is no mapping of names to values")


def query_pairs(field: str, query: Mapping[str, Any]) -> "Pairs":
    """Return query parameters as they are sent.

    Args:
        field: The argument's name, for errors.
        query: Text, numbers, days, booleans, or lists of these, by name; what is `UNSET` is left out.

    Raises:
        InvalidRequest: It is no mapping, or a value is of another kind.
    """
    _check_is_mapping(field, query)
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        several = value if isinstance(value, list | tuple) else (value,)
        pairs += [(str(name), _text(field, name, one)) for one in several if one is not UNSET]
    return tuple(pairs)


def _text(field: str, name: str, value: Any) -> str:
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | date):
        return str(value)
    raise InvalidRequest(field, f"{name!r}: {type(value).__name__} cannot be a query parameter")


def header_pairs(field: str, headers: Mapping[str, Any]) -> tuple[tuple[str, "str | Secret"], ...]:
    """Return headers as a call holds them: values of secret ones hidden.

    Args:
        field: The argument's name, for errors.
        headers: Values by name.

    Raises:
        InvalidRequest: It is no mapping, a name or a value cannot be sent, or belongs to the transport.
    """
    _check_is_mapping(field, headers)
    hidden = hide(headers)
    headers = {}  # tracebacks show local variables
    for name, value in hidden.items():
        if not isinstance(name, str) or not _token(name) or name.lower() in OF_THE_TRANSPORT:
            raise InvalidRequest(field, f"{name!r} is no header that can be set")
        shown = value.reveal() if isinstance(value, Secret) else value
        fits, shown = isinstance(shown, str) and _visible(shown), None
        if not fits:
            raise InvalidRequest(field, f"the value of {name!r} is no line of ASCII text")
    return tuple(hidden.items())


def _joined(own: Any, further: Any) -> Any:
    if not further:
        return own
    names = {name.lower() for name, _ in further}
    return (*(pair for pair in own if pair[0].lower() not in names), *further)


def json_body(field: str, value: Any) -> bytes:
    """Return a value as the JSON text of a body.

    Args:
        field: The argument's name, for errors.
        value: Anything that has a JSON form, models and inputs too.

    Raises:
        InvalidRequest: It has none.
    """
    found = plain(value)
    try:
        return _json(found, escaped=False)
    except UnicodeEncodeError:  # half a surrogate pair, as it was read: JSON has a form, UTF-8 none
        return _json(found, escaped=True)
    except (TypeError, ValueError) as error:
        raise InvalidRequest(field, f"has no JSON form: {error}") from None


def _json(value: Any, *, escaped: bool) -> bytes:
    text = json.dumps(value, ensure_ascii=escaped, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _body(call: Call[Any], further: Mapping[str, Any]) -> bytes | None:
    if not further:
        return call.body
    if call.method == "GET":
        raise InvalidRequest("extra_body", f"{call.operation} is a GET, which has no body")
    own = json.loads(call.body or b"{}")
    return json_body("extra_body", {**own, **further})
