"""Turn a response into the promised model, or into the typed error (pure)."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from midakit.core.models.decode import NotDecodable, decoder
from midakit.core.printable import one_line
from midakit.core.secret import Secret
from midakit.core.service import Service
from midakit.core.settings import OnUnknown
from midakit.core.wire.messages import Response
from midakit.errors import APIError, DecodeError, PlanLimitReached

if TYPE_CHECKING:
    from midakit.core.call import Call


def response_parser(service: Service, on_unknown: OnUnknown) -> Callable[[Response], Any]:
    """Return the function that parses a client's responses.

    Args:
        service: Reads refusals and hides keys.
        on_unknown: What happens to what the contract does not name.
    """
    return partial(parse_response, service=service, on_unknown=on_unknown)


def parse_response(response: Response, service: Service, on_unknown: OnUnknown = "keep") -> Any:
    """Return the answer in a response, as `send` does.

    Args:
        response: What came back.
        service: Reads refusals and hides keys.
        on_unknown: What happens to what the contract does not name.

    Returns:
        The model, or the part of it that the call picks.

    Raises:
        APIError: The server refused.
        DecodeError: The body is not what the contract promises.
    """
    call = response.call
    assert call is not None
    if 200 <= response.status < 300:
        return _decode(call, response.body, response, service, on_unknown)
    if _done_before(call, response):
        assert call.repeated is not None
        return _decode(call, call.repeated.body, response, service, "keep")
    raise error_of(response, service)


def _done_before(call: "Call[Any]", response: Response) -> bool:
    """Tell whether this refuses an automatic repeat whose first attempt may have worked."""
    if call.repeated is None or response.status != call.repeated.status:
        return False
    statuses = (attempt.status for attempt in response.attempts)
    return any(status is None or status >= 500 for status in statuses)


def _decode(
    call: "Call[Any]", body: bytes, response: Response, service: Service, on_unknown: OnUnknown
) -> Any:
    answer: Any = call.answer
    try:
        model = decoder(answer, on_unknown)(body)
        failed = b'"error"' in body and _failed(body)
    except NotDecodable as reason:
        raise _not_as_promised(f"with {reason}", call, body, response, service) from None
    if failed:
        raise error_of(response, service)
    if call.pick is None:
        return model
    picked = getattr(model, call.pick)
    if picked is None:
        raise _not_as_promised(f"without `{call.pick}`", call, body, response, service)
    return picked


def _not_as_promised(
    what: str, call: "Call[Any]", body: bytes, response: Response, service: Service
) -> DecodeError:
    return DecodeError(
        f"{call.operation} answered {response.status} {one_line(_masked(what, call, service))}",
        status=response.status,
        first_bytes=_masked(body[:200].decode("latin-1"), call, service).encode(
            "latin-1", "replace"
        ),
        call=call,
        attempts=response.attempts,
    )


def _masked(text: str, call: "Call[Any] | None", service: Service) -> str:
    """Return a server's text without the keys of the client and of the call's own headers."""
    text = service.scrub(text)
    for _, value in () if call is None else call.headers:
        if isinstance(value, Secret):
            text = Secret(value.reveal().split()[-1]).scrub(value.scrub(text))
    return text


def _failed(body: bytes) -> bool:
    """Tell whether a 2xx is a failure: it carries an `error` and no `success: true`.

    Raises:
        NotDecodable: Nobody can say, for the body is nested too deeply or holds too long a number.
    """
    import json

    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):  # in what no field holds, and the decoder did not look at
        raise NotDecodable("a body that cannot be read as JSON") from None
    return isinstance(whole, dict) and bool(whole.get("error")) and whole.get("success") is not True


def error_of(response: Response, service: Service) -> APIError:
    """Return the typed error of a refusal.

    Args:
        response: The refusal.
        service: Reads its body and hides keys.
    """
    import json

    status = response.status
    text = _masked(response.body.decode("utf-8", "replace"), response.call, service)
    try:
        body: Any = json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or too deep
        body = text
    if 300 <= status < 400:
        location = _masked(response.header("location") or "nowhere", response.call, service)
        return _error(response, APIError, f"redirected to {location}; it was not followed", body)
    said = service.refusal(status, body, response)
    kind = APIError.class_for(status)
    if said.limit_reached and status == 403:
        kind = PlanLimitReached
    error = _error(response, kind, said.message, body)
    error.request_id = said.request_id
    error.code = said.code
    error.hint = said.hint
    if status in (429, 503):
        error.retry_after = service.retry_after(response)
    if error.retry_after is not None:
        wait = f"the server asks to wait {error.retry_after:.1f} s"
        error.hint = f"{wait}; {said.hint}" if said.hint else wait
    return error


def _error(response: Response, kind: type[APIError], message: str, body: Any) -> APIError:
    return kind(
        one_line(message),
        status=response.status,
        body=body,
        call=response.call,
        attempts=response.attempts,
    )
