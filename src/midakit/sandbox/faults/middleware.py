"""The middleware that spoils requests and answers.

Before the handler: latency, status, html, hang, redirect, drift, and a reset at `accept`; the
handler never runs (except after latency and drift).  After the handler: everything else, and
status, html and hang with `after=1`; the write is done and its reply is lost, which is what a
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

_MOMENT = 0.02  # lets the client read what was sent before the connection dies
_BODILESS = (204, 205, 304)
_JSON = (b"content-type", b"application/json")


class HeldResponse:
    """An answer held back: status, headers and the whole body."""

    def __init__(self, status: int = 200, headers: Any = (), body: bytes = b"") -> None:
        self.status = status
        self.headers: damage.Headers = list(headers)
        self.body = body

    async def take(self, message: Message) -> None:
        """Collect what the application sends."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
        else:
            self.body += message.get("body", b"")

    async def begin(self, send: Send, length: int | None) -> None:
        """Send the head; without a length the body goes out chunked."""
        headers = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})

    async def send(self, send: Send) -> None:
        """Send all of it."""
        await self.begin(send, len(self.body))
        await send({"type": "http.response.body", "body": self.body})


async def act(
    faults: list[Fault],
    book: ActiveFaultRules,
    app: Any,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Run one request through its faults, in order; the last one that answers wins."""
    for fault in faults:
        match fault.action:
            case "latency":
                await asyncio.sleep(book.seconds(fault))
            case "drift":
                _shift(scope, int(fault.number("by", 1)))
            case _ if _comes_first(fault):
                return await _instead(fault, scope, receive, send)
    later = [fault for fault in faults if fault.action not in {"latency", "drift"}]
    if not later:
        return await app(scope, receive, send)  # type: ignore[no-any-return]
    reply = HeldResponse()
    await app(scope, receive, reply.take)
    for fault in later:
        if await _spoil(fault, reply, scope, receive, send):
            return None
    return await reply.send(send)


def _comes_first(fault: Fault) -> bool:
    if fault.action == "reset":
        return bool(fault.args.get("at", "accept") == "accept")
    own = fault.action in {"status", "html", "hang"} and not fault.flag("after")
    return own or fault.action == "redirect"


async def _instead(fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, or fail to, without the handler."""
    match fault.action:
        case "reset":
            reset(scope)
            await _gone(receive)
        case "hang":
            await _gone(receive)
        case _:
            await _own_reply(fault).send(send)


def _own_reply(fault: Fault) -> HeldResponse:
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


async def _spoil(
    fault: Fault, reply: HeldResponse, scope: Scope, receive: Receive, send: Send
) -> bool:
    """Spoil the held answer; True when it is already on its way, or never will be."""
    match fault.action:
        case "badjson":
            reply.body = damage.bad_json(reply.body)
        case "empty":
            reply.body = b""
        case "unknown":
            both = not fault.args
            fields, enums = both or fault.flag("fields"), both or fault.flag("enums")
            reply.body = damage.future(reply.body, fields=fields, enums=enums)
        case "status" | "html":
            own = _own_reply(fault)
            reply.status, reply.headers, reply.body = own.status, own.headers, own.body
        case "hang":
            await _gone(receive)
            return True
        case "drip":
            await _drip(fault, reply, send)
            return True
        case "truncate" if fault.args.get("framing", "clean") == "clean":
            reply.body = damage.part(reply.body, fault.args.get("at"))
        case _:
            await _cut(fault, reply, scope, receive, send)
            return True
    return False


async def _drip(fault: Fault, reply: HeldResponse, send: Send) -> None:
    step, pause = max(1, int(fault.number("bytes", 1))), fault.number("interval", 0.05)
    await reply.begin(send, len(reply.body))
    for start in range(0, len(reply.body), step):
        piece = reply.body[start : start + step]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
        await asyncio.sleep(pause)
    await send({"type": "http.response.body", "body": b""})


async def _cut(
    fault: Fault, reply: HeldResponse, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send the head and a part of the body, then reset or close."""
    at = fault.args.get("at", 0.5)
    whole = at not in {"accept", "headers"} and float(at) >= 1
    sent = b"" if at in {"accept", "headers"} else damage.part(reply.body, at)
    chunked = fault.args.get("framing") == "chunked"
    await reply.begin(send, None if chunked else len(reply.body))
    await send({"type": "http.response.body", "body": sent, "more_body": not whole})
    await asyncio.sleep(_MOMENT)
    (reset if fault.action == "reset" else close)(scope)
    if not whole:
        await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until the client gives up or the server ends."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _shift(scope: Scope, by: int) -> None:
    """As if `by` rows had come in front (or gone, when negative) since the first page was read."""
    pairs = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    offset = pairs.get("offset", "0")
    if offset.isdecimal() and int(offset) > 0:
        pairs["offset"] = str(max(0, int(offset) - by))
        scope["query_string"] = urlencode(pairs).encode()
