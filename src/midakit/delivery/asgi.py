"""ASGI middleware: every request knows its visitor, as `request.state.mida`. It needs no framework.

app = FastAPI(middleware=[Middleware(MidaMiddleware, delivery=AsyncMidaDelivery("PROJECT_KEY"))])

@app.get("/")
async def home(request: Request):
    variant = await request.state.mida.variant("homepage-headline")
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from midakit.delivery._async.client import AsyncMidaDelivery
from midakit.delivery.visitor_cookie import SameSite, VisitorCookie, new_visitor

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class MidaMiddleware:
    """Gives requests a view of the delivery client for their visitor, and visitors a cookie.

    It prepares the client when the application begins, and closes it when the application ends. An
    application that begins again, as in the tests of most services, opens it again.

    Args:
        app: The application behind it.
        delivery: The client.
        visitor_of: Returns the id of a visitor whom the application knows, or None; it gets the ASGI
            scope. Without it, and for visitors whom it does not know, the cookie says who it is.
        may_remember: Says whether a new visitor may get a cookie, for example only after consent; it
            gets the ASGI scope. Without a cookie the next request has another visitor.
        cookie: Name of the cookie.
        max_age: Seconds that the cookie lasts.
        same_site: Which requests of other sites bring the cookie: `lax`, `strict` or `none`.
        secure: Whether the cookie is sent over https only; when left out, where the page was.
        cookie_domain: The domain whose hosts share the cookie; when left out, the host of the page.

    Raises:
        ConfigurationError: The cookie cannot be sent.

    Example:
        from fastapi import FastAPI, Request
        from midakit.delivery.asgi import MidaMiddleware

        app = FastAPI()
        app.add_middleware(MidaMiddleware, delivery=delivery)

        @app.get("/")
        async def home(request: Request):
            return {"headline": await request.state.mida.variant("homepage-headline")}
    """

    def __init__(
        self,
        app: App,
        delivery: AsyncMidaDelivery,
        *,
        visitor_of: Callable[[Scope], str | int | None] | None = None,
        may_remember: Callable[[Scope], bool] | None = None,
        cookie: str = "mida_visitor",
        max_age: int = 365 * 86_400,
        same_site: SameSite = "lax",
        secure: bool | None = None,
        cookie_domain: str | None = None,
    ) -> None:
        self._app = app
        self._delivery = delivery
        self._visitor_of = visitor_of
        self._may_remember = may_remember
        self._cookie = VisitorCookie(cookie, max_age, same_site, secure, cookie_domain).checked()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its visitor."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, self._with_client(send))
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        visitor, new = self._visitor(scope)
        scope.setdefault("state", {})["mida"] = self._delivery.visitor(visitor)
        if new and (self._may_remember is None or self._may_remember(scope)):
            send = self._remembering(scope, send, str(visitor))
        return await self._app(scope, receive, send)

    def _visitor(self, scope: Scope) -> tuple[str | int, bool]:
        """Return who asks, and whether the visitor needs a cookie."""
        known = None if self._visitor_of is None else self._visitor_of(scope)
        if known is not None and known != "":
            return known, False
        headers = [value for name, value in scope["headers"] if name == b"cookie"]
        found = self._cookie.read(b"; ".join(headers).decode("latin-1"))
        return (new_visitor(), True) if found is None else (found, False)

    def _remembering(self, scope: Scope, send: Send, visitor: str) -> Send:
        """Return a `send` that adds the cookie to the answer."""
        https = scope.get("scheme") in ("https", "wss")
        header = self._cookie.header(visitor, https=https).encode("latin-1")

        async def with_cookie(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                headers = [*message.get("headers", ()), (b"set-cookie", header)]
                message = {**message, "headers": headers}
            await send(message)

        return with_cookie

    def _with_client(self, send: Send) -> Send:
        """Return a `send` that prepares the client when the application begins, and closes it at the end."""

        async def and_client(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._delivery._reopen()
                await self._delivery.preload()
            elif message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
                await self._delivery._pause()
            await send(message)

        return and_client
