"""The middleware that applies faults to requests and answers.

Before the handler: latency, status, html, hang, redirect, drift, and a reset at `accept`; the
handler never runs (except after latency and drift). After the handler: everything else, and
status, html and hang with `after=1`; the write is done and its answer is lost, which is what a
client must survive.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from midakit.sandbox.faults import damage
from midakit.sandbox.faults.active_rules import ActiveFaultRules
from midakit.sandbox.faults.protocol import Message, Receive, Scope, Send, close, reset
from midakit.sandbox.faults.rules import Fault

_PAUSE = 0.02  # lets the client read what was sent before the connection dies
_BODILESS = (204, 205, 304)
_JSON = (b"content-type", b"application/json")


class HeldResponse:
    """An answer that is held back: status, headers and the whole body.

    Args:
        status: The HTTP status.
        headers: Pairs of a name and a value.
        body: The whole body.
    """

    def __init__(self, status: int = 200, headers: Any = (), body: bytes = b"") -> None:
        self.status = status
        self.headers: damage.Headers = list(headers)
        self.body = body

    async def collect(self, message: Message) -> None:
        """Collect what the application sends; use it as the application's `send`.

        Args:
            message: An ASGI message.
        """
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def send_head(self, send: Send, length: int | None) -> None:
        """Send the status and the headers.

        Args:
            send: The ASGI `send` of the request.
            length: The promised length of the body; None sends it chunked.
        """
        headers = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})

    async def send(self, send: Send) -> None:
        """Send all of the answer.

        Args:
            send: The ASGI `send` of the request.
        """
        await self.send_head(send, len(self.body))
        await send({"type": "http.response.body", "body": self.body})


async def run_with_faults(
    faults: list[Fault],
    rules: ActiveFaultRules,
    app: Any,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Run one request with its faults, in order; the last one that answers wins.

    Args:
        faults: The faults of the request.
        rules: Tells how long a latency lasts.
        app: The application behind.
        scope: The ASGI scope.
        receive: The ASGI `receive`.
        send: The ASGI `send`.
    """
    for fault in faults:
        match fault.action:
            case "latency":
                await asyncio.sleep(rules.latency(fault))
            case "drift":
                _shift_offset(scope, int(fault.number("by", 1)))
            case _ if _comes_first(fault):
                return await _answer_instead(fault, scope, receive, send)
    later = [fault for fault in faults if fault.action not in {"latency", "drift"}]
    if not later:
        return await app(scope, receive, send)  # type: ignore[no-any-return]
    held = HeldResponse()
    await app(scope, receive, held.collect)
    for fault in later:
        if await _apply(fault, held, scope, receive, send):
            return None
    return await held.send(send)


def _comes_first(fault: Fault) -> bool:
    """Return whether a fault keeps the handler from running."""
    if fault.action == "reset":
        return bool(fault.args.get("at", "accept") == "accept")
    own = fault.action in {"status", "html", "hang"} and not fault.flag("after")
    return own or fault.action == "redirect"


async def _answer_instead(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, or fail to, without the handler."""
    match fault.action:
        case "reset":
            reset(scope)
            await _wait_for_disconnect(receive)
        case "hang":
            await _wait_for_disconnect(receive)
        case _:
            await _own_response(fault).send(send)


def _own_response(fault: Fault) -> HeldResponse:
    """Return the answer of a fault that has one of its own."""
    match fault.action:
        case "html":
            code = int(fault.number("code", 502))
            return HeldResponse(code, [(b"content-type", b"text/html")], damage.HTML)
        case "redirect":
            to = str(fault.args.get("to", "http://elsewhere.invalid/"))
            return HeldResponse(int(fault.number("code", 307)), [(b"location", to.encode())])
        case _:
            code = int(fault.number("code", 500))
            headers = [_JSON, *damage.retry_headers(fault, datetime.now(UTC))]
            return HeldResponse(
                code, headers, b"" if code in _BODILESS else damage.error_body(code)
            )


async def _apply(
    fault: Fault, held: HeldResponse, scope: Scope, receive: Receive, send: Send
) -> bool:
    """Apply one fault to the held answer; True when it is already on its way, or never will be."""
    match fault.action:
        case "badjson":
            held.body = damage.bad_json(held.body)
        case "empty":
            held.body = b""
        case "unknown":
            both = not fault.args
            fields, enums = both or fault.flag("fields"), both or fault.flag("enums")
            held.body = damage.future(held.body, fields=fields, enums=enums)
        case "status" | "html":
            own = _own_response(fault)
            held.status, held.headers, held.body = own.status, own.headers, own.body
        case "hang":
            await _wait_for_disconnect(receive)
            return True
        case "drip":
            await _drip(fault, held, send)
            return True
        case "truncate" if fault.args.get("framing", "clean") == "clean":
            held.body = damage.first_part(held.body, fault.args.get("at"))
        case _:
            await _cut(fault, held, scope, receive, send)
            return True
    return False


async def _drip(fault: Fault, held: HeldResponse, send: Send) -> None:
    """Send the body a few bytes at a time."""
    step, pause = max(1, int(fault.number("bytes", 1))), fault.number("interval", 0.05)
    await held.send_head(send, len(held.body))
    for start in range(0, len(held.body), step):
        piece = held.body[start : start + step]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(pause)
    await send({"type": "http.response.body", "body": b""})


async def _cut(
    fault: Fault, held: HeldResponse, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send the head and a part of the body, then reset or close the connection."""
    at = fault.args.get("at", 0.5)
    whole = at not in {"accept", "headers"} and float(at) >= 1
    sent = b"" if at in {"accept", "headers"} else damage.first_part(held.body, at)
    chunked = fault.args.get("framing") == "chunked"
    await held.send_head(send, None if chunked else len(held.body))
    await send({"type": "http.response.body", "body": sent, "more_body": not whole})
    await asyncio.sleep(_PAUSE)
    (reset if fault.action == "reset" else close)(scope)
    if not whole:
        await _wait_for_disconnect(receive)


async def _wait_for_disconnect(receive: Receive) -> None:
    """Wait until the client gives up or the server ends."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _shift_offset(scope: Scope, by: int) -> None:
    """Shift the offset as if `by` rows came in front (or went, when negative) since the first page."""
    pairs = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    offset = pairs.get("offset", "0")
    if offset.isdecimal() and int(offset) > 0:
        pairs["offset"] = str(max(0, int(offset) - by))
        scope["query_string"] = urlencode(pairs).encode()
