"""What passes between a client and a transport: requests and responses of bytes.

Every stop of a call has the signature `async (Request) -> Response`: the middleware and the
transports alike. A transport takes bytes and returns bytes. It follows no redirect, decodes no
JSON, raises only `TransportError`s, and has finished the attempt when `request.expires` comes.

The classes have slots and an `__init__` written by hand, because every call makes two of them:
importing them costs nothing, and making one costs no more than its assignments.
"""

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from midakit.core.wire.headers import Headers, RequestHeaders, pairs_of

if TYPE_CHECKING:
    from midakit.core.call import Call

MAX_BODY = 64 * 1024 * 1024
"""The longest body that a response may have, in bytes, unless the client says otherwise."""


class Origin(NamedTuple):
    """Where a connection goes: connections of one origin are interchangeable."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = {"https": 443, "http": 80}.get(self.scheme)
        return f"{self.scheme}://{host}" + ("" if self.port == default else f":{self.port}")


class Attempt(NamedTuple):
    """One try to send a request, as errors and raw responses list it."""

    status: int | None
    """The status of the response; None when none came."""
    error: str | None
    """The name of the error's class; None when a response came."""
    seconds: float
    """How long it took."""
    waited: float
    """Seconds waited before it."""


class Request:
    """An HTTP request of bytes, and how long it may take.

    Args:
        method: The HTTP method, in capitals.
        origin: Where the request goes.
        target: Path and query as they go on the wire, percent-encoded.
        headers: Host, authentication, accept and content headers, but not content-length:
            transports add it. Iterating gives names and values; `repr` shows names only.
        body: The body; None for no body.
        timeout: Seconds that one attempt may take.
        expires: When the attempt ends, body included, on the clock of `concurrency.now`.
        deadline: When the whole call ends, on the same clock; None for no end.
        max_body: The longest body that the response may have, in bytes, packed and unpacked.
        call: The call that the request is made from; None for a request of other origin.
    """

    __slots__ = (
        "attempts",
        "body",
        "call",
        "deadline",
        "expires",
        "headers",
        "max_body",
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
        headers: RequestHeaders,
        body: bytes | None = None,
        *,
        timeout: float = 30.0,
        expires: float = float("inf"),
        deadline: float | None = None,
        max_body: int = MAX_BODY,
        call: "Call[Any] | None" = None,
    ) -> None:
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.expires = expires
        self.deadline = deadline
        self.max_body = max_body
        self.call = call
        self.attempts: list[Attempt] = []

    @property
    def url(self) -> str:
        """The whole URL; it holds no key."""
        return f"{self.origin}{self.target.decode('ascii')}"

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.target.decode('ascii')}>"


class Response:
    """A whole HTTP response: the body is read to its end and its content codings are undone.

    Args:
        status: The status code.
        headers: The headers as received, names in lower case; or the head, which is taken apart when
            somebody asks for one of them.
        body: The bytes of the body, decompressed.
    """

    __slots__ = ("_headers", "attempts", "body", "call", "parser", "status")

    def __init__(self, status: int, headers: Headers | bytes, body: bytes) -> None:
        self.status = status
        self._headers = headers
        self.body = body
        self.attempts: tuple[Attempt, ...] = ()
        self.call: Call[Any] | None = None
        self.parser: Any = None

    @property
    def headers(self) -> Headers:
        """The headers as received, names in lower case."""
        if isinstance(self._headers, bytes):
            self._headers = pairs_of(self._headers)
        return self._headers

    def header(self, name: str) -> str | None:
        """Return the first header of a name, or None.

        Args:
            name: The name, in any case.
        """
        wanted = name.lower().encode("ascii")
        for key, value in self.headers:
            if key == wanted:
                return value.decode("latin-1")
        return None

    def parse(self) -> Any:
        """Return the typed answer, as `send` would have done.

        Raises:
            APIError: The response is a refusal.
            DecodeError: The body is not what was promised.
        """
        return self.parser(self)

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


class AsyncTransport(Protocol):
    """What sends requests for an asynchronous client."""

    async def send(self, request: Request) -> Response:
        """Send a request once and return the whole response.

        Args:
            request: The request; its `expires` ends the attempt.

        Raises:
            TransportError: No whole response came.
        """
        ...

    async def aclose(self) -> None:
        """Close the connections that are the transport's own."""
        ...


class Transport(Protocol):
    """What sends requests for a blocking client."""

    def send(self, request: Request) -> Response:
        """Send a request once and return the whole response.

        Args:
            request: The request; its `expires` ends the attempt.

        Raises:
            TransportError: No whole response came.
        """
        ...

    def close(self) -> None:
        """Close the connections that are the transport's own."""
        ...
