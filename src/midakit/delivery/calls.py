"""The four calls, as Mida's own SDKs send them, and how their answers are read (pure).

The project key is no secret: every visitor of a website can read it. It is in the bodies because the
service wants it there; log lines and spans show the templates of paths only.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from midakit.core.call import Address, Call
from midakit.core.retry import Retry
from midakit.core.service import Service
from midakit.core.wire.messages import Response
from midakit.errors import DecodeError, InvalidRequest

LONGEST = 4096
"""The most bits of a number as a visitor's id: Python refuses to write much longer ones as text."""
QUICK = Retry(attempts=2, base=0.01, cap=0.01)
"""How a call for a page is repeated: once, at once."""
ADDRESS = Address("https://api.mida.so", "Accept: application/json")


class VariantAnswer(msgspec.Struct):
    """The answer to a query."""

    version: str | None = None


_read_variant = msgspec.json.Decoder(VariantAnswer).decode
_read_flags = msgspec.json.Decoder(list[str]).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


def visitor_id(visitor: Any) -> str:
    """Return a visitor's id as text.

    Args:
        visitor: Text that is not empty, or a whole number.

    Raises:
        InvalidRequest: It is neither.
    """
    if isinstance(visitor, int) and not isinstance(visitor, bool):
        return str(visitor)
    return plain_text("visitor", visitor)


def plain_text(field: str, value: Any) -> str:
    """Return text that can be sent.

    Args:
        field: The argument's name, for the error.
        value: The argument.

    Raises:
        InvalidRequest: It is not text, is empty, or holds half of a surrogate pair.
    """
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest(field, "must be text that is not empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(field, "holds half of a surrogate pair, which UTF-8 lacks") from None
    return value


def query(project_key: str, experiment_key: str, visitor: str) -> "Call[Any]":
    """Return the call that asks for a visitor's variant; the service counts the visitor as exposed.

    Args:
        project_key: Key of the project.
        experiment_key: Key of the experiment, as its page in Mida shows it.
        visitor: The visitor's id.
    """
    body = {"key": project_key, "experiment_key": experiment_key, "distinct_id": visitor}
    return _call("query_experiment", "/experiment/query", _encode(body))


def flags(project_key: str, visitor: str) -> "Call[Any]":
    """Return the call that asks which flags are on for a visitor.

    Args:
        project_key: Key of the project.
        visitor: The visitor's id.
    """
    body = {"key": project_key, "user_id": visitor}
    return _call("query_feature_flags", "/feature-flag", _encode(body))


def event(project_key: str, name: str, visitor: str, properties: str, event_id: str) -> "Call[Any]":
    """Return the call that records an event; a repeat carries the same id.

    Args:
        project_key: Key of the project.
        name: The event's name.
        visitor: The visitor's id.
        properties: The properties as JSON text.
        event_id: The id that tells a repeat from a second event.
    """
    body = {"key": project_key, "name": name, "distinct_id": visitor, "properties": properties}
    headers = (("idempotency-key", event_id),)
    return _call("record_event", "/experiment/event", _encode(body), headers)


def attributes(visitor: str, values: str) -> "Call[Any]":
    """Return the call that sets attributes of a visitor.

    Args:
        visitor: The visitor's id.
        values: A JSON object of the attributes, as text.
    """
    body = {**msgspec.json.decode(values), "id": visitor}
    return _call("track_attributes", "/track/{project_key}", _encode(body))


def _call(
    operation: str, path: str, body: bytes, headers: tuple[tuple[str, str], ...] = ()
) -> "Call[Any]":
    return Call(
        operation=operation,
        method="POST",
        path=path,
        answer=dict,
        body=body,
        headers=headers,
        safe=True,  # a query and attributes repeat without effect, an event carries its id
        address=ADDRESS,
    )


def json_object(field: str, value: Any) -> str:
    """Return a mapping as JSON text.

    Args:
        field: The argument's name, for the error.
        value: A mapping of names to JSON values, or None for an empty one.

    Raises:
        InvalidRequest: It is not a mapping, or holds what JSON has no form for.
    """
    if value is None:
        return "{}"
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise InvalidRequest(field, "must be a mapping of names to values")
    try:
        text = _encode(dict(value)).decode()
    except (TypeError, ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise InvalidRequest(field, f"cannot be written as JSON: {error}") from None
    if "NaN" in text or "Infinity" in text:  # it may be a Decimal, which is written as it is
        try:
            msgspec.json.decode(text)
        except msgspec.MsgspecError:
            raise InvalidRequest(field, "holds NaN or Infinity, which JSON lacks") from None
    return text


def event_properties(
    properties: Mapping[str, Any] | None,
    *,
    revenue: float | Decimal | None = None,
    currency: str | None = None,
    quantity: int | None = None,
) -> str:
    """Return the properties of an event as JSON text.

    Args:
        properties: Any properties.
        revenue: The amount of an order.
        currency: Its currency, such as `USD`.
        quantity: How many things were bought.

    Raises:
        InvalidRequest: A value cannot be sent.
    """
    money = {"revenue": revenue, "currency": currency, "quantity": quantity}
    for name in ("revenue", "quantity"):
        if (value := money[name]) is not None and not _is_number(value):
            raise InvalidRequest(name, f"{value!r:.40} is not a number")
    given = {name: value for name, value in money.items() if value is not None}
    if not given:
        return json_object("properties", properties)
    if properties is not None and not isinstance(properties, Mapping):
        raise InvalidRequest("properties", "must be a mapping of names to values")
    return json_object("properties", {**(properties or {}), **given})


def _is_number(value: Any) -> bool:
    """Return whether a value is a number that a float can hold."""
    try:
        number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        return number and abs(float(value)) < float("inf")
    except (OverflowError, ValueError):  # 10 to the power of 400, a NaN that signals
        return False


def with_property(values: str, name: str, value: str) -> str:
    """Return properties with one more.

    Args:
        values: A JSON object as text.
        name: The property's name.
        value: Its value.
    """
    return _encode({**msgspec.json.decode(values), name: value}).decode()


def read_variant(response: Response, service: Service) -> str | None:
    """Return the variant in an answer; None where the visitor is not in the experiment.

    Args:
        response: What came back.
        service: Reads refusals.

    Raises:
        APIError: The service refused.
        DecodeError: The body is not an answer to a query.
    """
    check(response, service)
    try:
        return _read_variant(response.body).version or None
    except msgspec.MsgspecError as error:
        raise _unreadable(response, str(error)) from None


def read_flags(response: Response, service: Service) -> tuple[str, ...]:
    """Return the names of the flags in an answer.

    Args:
        response: What came back.
        service: Reads refusals.

    Raises:
        APIError: The service refused.
        DecodeError: The body is not a list of names.
    """
    check(response, service)
    try:
        return tuple(_read_flags(response.body))
    except msgspec.MsgspecError as error:
        raise _unreadable(response, str(error)) from None


def check(response: Response, service: Service) -> None:
    """Refuse a response that is no success.

    Args:
        response: What came back.
        service: Reads refusals.

    Raises:
        APIError: The service refused.
    """
    if not 200 <= response.status < 300:
        from midakit.core.models.answer import error_of

        raise error_of(response, service)


def _unreadable(response: Response, why: str) -> DecodeError:
    operation = response.call.operation if response.call is not None else "the service"
    return DecodeError(
        f"{operation} answered {response.status} with what it does not promise: {why}",
        status=response.status,
        first_bytes=response.body[:200],
        call=response.call,
        attempts=response.attempts,
    )
