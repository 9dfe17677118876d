"""A proxy that records what a real service answers, and replays it: for clients in any language.

    with RecordingProxy("account.json", "record", upstream="https://api-us.mida.so") as proxy:
        ...                                   # a client whose base URL is proxy.base_url
    with RecordingProxy("account.json") as proxy:
        ...                                   # the same answers, without the service

The file is a cassette: no key stands in it, and a project key only as a name made of its digest.
The client's key goes on to the service; when replaying, any key is good. A request that was not
recorded gets 501 with the nearest one. The file is written while recording, at most once a second,
and at the end.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from inspect import isawaitable
from typing import Any, Self
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from midakit.core.wire.headers import Headers, RequestHeaders
from midakit.core.wire.messages import Origin, Request
from midakit.errors import ConfigurationError, TransportError
from midakit.sandbox.errors import HttpError
from midakit.sandbox.origins import address, is_loopback
from midakit.sandbox.server.browsers import BrowserRules
from midakit.sandbox.server.request_parts import read_body
from midakit.sandbox.server.uvicorn_server import UvicornServer, bind
from midakit.sandbox.settings import Settings
from midakit.testing.asked import Unexpected
from midakit.testing.cassettes import Cassette, Mode

_STARTUP_SECONDS = 60
_PATIENCE = 120.0
_PAUSE = 1.0
_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    b"transfer-encoding upgrade content-length".split()
)
_NOT_SENT = _HOP_BY_HOP | {b"host", b"accept-encoding", b"origin", b"referer", b"cookie"}
_NOT_ANSWERED = _HOP_BY_HOP | {b"content-encoding", b"set-cookie"}
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class RecordingProxy:
    """A proxy on this machine in front of a service, or in place of it.

    Args:
        path: The file of the recording.
        mode: "replay" answers from the file, "record" records everything again, "new" records what
            the file does not hold.
        upstream: The address of the service, such as `https://api-us.mida.so`; for recording.
        host: The address to listen on; this machine alone unless you change it.
        port: The port; 0 takes a free one.
        secrets: Further words that must not stand in the file.
        inner: The transport to the service; by default one over httpx.

    Raises:
        ConfigurationError: The file is no recording, or the upstream is missing or not safe.

    Example:
        from midakit.sandbox import Sandbox

        with Sandbox(visitors=100) as shop:
            with RecordingProxy("account.json", mode="record", upstream=shop.url) as proxy:
                key, project = shop.api_key, shop.project_key
                with Mida(key, project_key=project, base_url=proxy.base_url) as recorded:
                    print(recorded.experiments.get(1001).test_name)
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        mode: Mode = "replay",
        *,
        upstream: str = "",
        host: str = "127.0.0.1",
        port: int = 0,
        secrets: Iterable[str] = (),
        inner: Any = None,
    ) -> None:
        if mode != "replay" and not upstream:
            raise ConfigurationError(f"upstream is needed for mode {mode!r}")
        self._origin = upstream_origin(upstream) if upstream else Origin("https", "recorded", 443)
        self.cassette = Cassette(path, mode, inner=inner, secrets=secrets, repeat=True)
        self._settings = Settings(host=host, port=port)
        self._port = port
        self._changed = asyncio.Event()
        self._server: UvicornServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return address(self._settings.host, self._port)

    @property
    def base_url(self) -> str:
        """What a Mida client takes as its base URL."""
        return f"{self.url}/v2"

    def __enter__(self) -> Self:
        listener = bind(self._settings.host, self._settings.port)
        self._port = listener.getsockname()[1]
        self._server = UvicornServer(BrowserRules(self._app(), self._settings))
        self._thread = threading.Thread(
            target=self._server.run_on, args=(listener,), name="midakit-proxy", daemon=True
        )
        self._thread.start()
        if not self._server.ready.wait(_STARTUP_SECONDS):
            raise RuntimeError("the proxy did not start")
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join()
        self.cassette.save()

    def _app(self) -> Starlette:
        """Return the ASGI application."""

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            saving = asyncio.create_task(self._save_often())
            yield
            saving.cancel()
            with suppress(asyncio.CancelledError):
                await saving
            await self.cassette.aclose()

        routes = [
            Route("/__proxy__/health", self._health),
            Route("/__proxy__/rewind", self._rewind, methods=["POST"]),
            Route("/{path:path}", self._answer, methods=_METHODS),
        ]
        return Starlette(routes=routes, lifespan=lifespan)

    async def _save_often(self) -> None:
        """Write the file whenever something was recorded, at most once a second."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await asyncio.to_thread(self.cassette.save)
            await asyncio.sleep(_PAUSE)

    async def _health(self, _: HttpRequest) -> Response:
        """Say that requests are answered."""
        return JSONResponse({"status": "ok", "mode": self.cassette.mode})

    async def _rewind(self, _: HttpRequest) -> Response:
        """Begin the recording again."""
        self.cassette.rewind()
        return JSONResponse({"rewound": True})

    async def _answer(self, http: HttpRequest) -> Response:
        """Answer one request as the service did or does."""
        try:
            request = self._request(http, await read_body(http))
            answer = self.cassette.send(request)
            if isawaitable(answer):
                answer = await answer
        except Unexpected as error:
            return JSONResponse({"error": str(error)}, 501)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except HttpError as error:
            return JSONResponse({"error": error.message}, error.status)
        except TransportError as error:
            return JSONResponse({"error": f"The service did not answer: {error}"}, 502)
        if self.cassette.mode != "replay":
            self._changed.set()
        response = Response(answer.body, answer.status)
        kept = [pair for pair in answer.headers if pair[0] not in _NOT_ANSWERED]
        response.raw_headers = [*kept, (b"content-length", str(len(answer.body)).encode())]
        return response

    def _request(self, http: HttpRequest, body: bytes) -> Request:
        """Return a request as it goes to the service."""
        target = http.scope["raw_path"]
        if http.scope["query_string"]:
            target += b"?" + http.scope["query_string"]
        return Request(
            http.method,
            self._origin,
            target,
            RequestHeaders(_sent_headers(http, self._origin)),
            body or None,
            timeout=_PATIENCE,
        )


def upstream_origin(upstream: str) -> Origin:
    """Return where a service is.

    Args:
        upstream: Its address; a path `/v2` at the end is dropped, clients send it themselves.

    Returns:
        Scheme, host and port.

    Raises:
        ConfigurationError: It is no such address, or not https except on this machine.
    """
    parts = urlsplit(upstream)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigurationError("upstream must be an address such as https://api-us.mida.so")
    if parts.path.rstrip("/") not in ("", "/v2") or parts.query or parts.username:
        raise ConfigurationError("upstream must have no path but /v2, no query and no user")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError("upstream must be https: a key would be sent in the open")
    return Origin(parts.scheme, host, parts.port or {"http": 80, "https": 443}[parts.scheme])


def _sent_headers(http: HttpRequest, origin: Origin) -> Headers:
    """Return the headers that go on to the service, which are ASCII."""
    kept = [(name, value) for name, value in http.scope["headers"] if name not in _NOT_SENT]
    for name, value in kept:
        if not value.isascii():
            raise HttpError(400, f"The header {name.decode('latin-1')} is not ASCII")
    return ((b"host", str(origin).partition("://")[2].encode()), *kept)
