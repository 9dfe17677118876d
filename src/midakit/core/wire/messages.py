"""The port below the client and above the wire: one request, one response, `send`.

Every stop of a call has the signature `async (Request) -> Response`: the middleware and the
transports alike. A transport gets bytes and gives bytes; it follows no redirect, decodes no JSON,
raises only `TransportError`s, and is done with the attempt by `request.expires`.

The classes are slotted by hand: they stand on the hot path, and importing them costs nothing.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from midakit.core.call import Call

Headers = tuple[tuple[bytes, bytes], ...]


class Origin(NamedTuple):
    """Where a connection goes; connections of one origin are interchangeable."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"https": 443, "http": 80}.get(self.scheme)
        return f"{self.scheme}://{host}" + ("" if self.port == default else f":{self.port}")


class Attempt(NamedTuple):
    """One try, as errors and raw responses remember it."""

    status: int | None
    error: str | None
    seconds: float
    waited: float
    """Seconds waited before this attempt."""


class Request:
    """One attempt's worth of bytes, and how long it may take.

    `expires` and `deadline` are points on the clock of `concurrency.now`; `expires` ends the
    attempt (body included), `deadline` the whole call.
    """

    __slots__ = (
        "attempts",
        "body",
        "call",
        "deadline",
        "expires",
        "headers",
        "method",
        "origin",
        "target",
        "timeout",
    )

    def __init__(
        self,
        method: str,
        origin: Origin,
        target: bytes,
        headers: Headers,
        body: bytes | None = None,
        *,
        timeout: float = 30.0,
        expires: float = float("inf"),
        deadline: float | None = None,
        call: "Call[Any] | None" = None,
    ) -> None:
        self.method = method
        self.origin = origin
        self.target = target
        """Path and query as they go on the wire, percent-encoded."""
        self.headers = headers
        """Host, auth, accept and content headers; lower-case names. No content-length: that is framing."""
        self.body = body
        self.timeout = timeout
        self.expires = expires
        self.deadline = deadline
        self.call = call
        self.attempts: list[Attempt] = []

    @property
    def url(self) -> str:
        """The whole URL; it never holds a key."""
        return f"{self.origin}{self.target.decode('ascii')}"

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.target.decode('ascii')}>"


class Response:
    """What came back, whole: content decoding undone, body read to its end."""

    __slots__ = ("attempts", "body", "call", "headers", "parser", "status")

    def __init__(self, status: int, headers: Headers, body: bytes) -> None:
        self.status = status
        self.headers = headers
        """As received, names in lower case."""
        self.body = body
        self.attempts: tuple[Attempt, ...] = ()
        self.call: Call[Any] | None = None
        self.parser: Any = None

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        wanted = name.lower().encode("ascii")
        for key, value in self.headers:
            if key == wanted:
                return value.decode("latin-1")
        return None

    def parse(self) -> Any:
        """The typed answer, or the typed error, exactly as `send` would have had it."""
        return self.parser(self)

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


class AsyncTransport(Protocol):
    """Sends one request over the network (asynchronous form)."""

    async def send(self, request: Request) -> Response:
        """One attempt; raises `TransportError`s only."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...


class Transport(Protocol):
    """Sends one request over the network (blocking form)."""

    def send(self, request: Request) -> Response:
        """One attempt; raises `TransportError`s only."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
