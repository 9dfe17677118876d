"""Our own transport for blocking code: sockets, with the same reader and the same rules.

Rules kept here:
- A connection goes back to the free list only after a whole response that allows it; everything
  else (an error, a timeout, Ctrl-C) closes it.
- An idle connection with anything to read (its end, or bytes that nobody asked for) is not used.
- Nothing can interrupt a thread, so every socket operation gets what is left of the attempt.
- Over TLS only a close_notify ends a body that is framed by closing.

Known weakness: looking up a name has no time limit of its own, for the system offers none.
"""

import socket
from time import monotonic
from typing import Any

from midakit.core.concurrency import fork
from midakit.core.concurrency.threads_streams import PIECE, send_unless_answered
from midakit.core.wire.messages import Origin, Request, Response
from midakit.core.wire.own import errors
from midakit.core.wire.own.errors import Malformed, Unanswered, check_resend
from midakit.core.wire.own.framing import IDLE_SECONDS, check_request, request_bytes
from midakit.core.wire.own.readable import is_readable
from midakit.core.wire.own.response_reader import MAX_HEAD, PackedResponse, ResponseReader

BUFFER = 256 * 1024
LONGEST = 86_400.0
"""The longest timeout of a socket, in seconds: sockets take no infinity."""


class OwnTransport:
    """Sends requests over HTTP/1.1 connections of its own, from any thread.

    Args:
        ssl_context: TLS settings in place of the shared ones, which check certificates and names.
        max_head: The longest head of a response, in bytes.
    """

    def __init__(self, *, ssl_context: Any = None, max_head: int = MAX_HEAD) -> None:
        self._ssl_context = ssl_context
        self._max_head = max_head
        self._free: dict[Origin, list[BlockingConnection]] = {}
        self._process = fork.process_token
        self._closed = False

    def send(self, request: Request) -> Response:
        """Send a request once; on a kept connection that ended without a word, perhaps once more.

        Args:
            request: The request; its `expires` ends the attempt.

        Returns:
            The whole response.

        Raises:
            TransportError: No whole response came, or one that cannot be trusted.
        """
        if self._process is not fork.process_token:
            self._drop()  # in a forked child: its copies of the parent's sockets
            self._process = fork.process_token
        check_request(request)
        connection = self._take(request.origin)
        kept = connection is not None
        while True:
            if connection is None:
                connection = self._connect(request)
            try:
                response = connection.exchange(request)
            except Unanswered as error:
                connection.close()
                check_resend(error, request, kept=kept)
                connection, kept = None, False
            except BaseException:
                connection.close()
                raise
            else:
                self._keep(connection)
                return _unpacked(response, request)

    def close(self) -> None:
        """Close every idle connection now, and those in use when their exchange ends."""
        self._closed = True
        self._drop()

    def _drop(self) -> None:
        free, self._free = self._free, {}
        for connections in free.values():
            for connection in connections:
                connection.close()

    def _take(self, origin: Origin) -> "BlockingConnection | None":
        free = self._free.get(origin)
        while free:
            try:
                connection = free.pop()
            except IndexError:  # another thread took it
                return None
            if connection.is_usable():
                return connection
            connection.close()
        return None

    def _keep(self, connection: "BlockingConnection") -> None:
        if connection.reader.reusable and not self._closed:
            connection.idle_since = monotonic()
            self._free.setdefault(connection.origin, []).append(connection)
        else:
            connection.close()

    def _connect(self, request: Request) -> "BlockingConnection":
        origin = request.origin
        try:
            sock = _connected(origin, request.expires)
            if origin.scheme == "https":
                sock = self._secured(sock, request)
        except TimeoutError:
            raise errors.no_connection_in_time(origin) from None
        except (OSError, ValueError) as error:  # ValueError: a host that is no name
            raise errors.no_connection(origin, error) from error
        return BlockingConnection(sock, origin, ResponseReader(self._max_head))

    def _secured(self, sock: socket.socket, request: Request) -> socket.socket:
        if self._ssl_context is None:
            from midakit.core.wire.tls import shared_context

            self._ssl_context = shared_context()
        try:
            sock.settimeout(_left(request.expires))  # for the whole handshake
            secured: socket.socket = self._ssl_context.wrap_socket(
                sock, server_hostname=request.origin.host, suppress_ragged_eofs=False
            )
        except BaseException:
            sock.close()
            raise
        return secured


def _connected(origin: Origin, expires: float) -> socket.socket:
    """Connect to the first address that answers."""
    failure: OSError | None = None
    name: str | bytes = origin.host
    if origin.host.isascii():
        name = origin.host.encode("ascii")  # text would load the codec of international names
    for family, kind, protocol, _, address in socket.getaddrinfo(
        name, origin.port, type=socket.SOCK_STREAM
    ):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(_left(expires))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failure or OSError("the name has no address")


def _unpacked(response: Response, request: Request) -> Response:
    """Return a response with its content codings undone, unless that takes too long."""
    while type(response) is PackedResponse:
        if monotonic() > request.expires:
            raise errors.no_time_to_unpack(request.origin)
        response = response.unpacked() or response
    return response


def _left(expires: float) -> float:
    """Return the seconds until a moment; raise TimeoutError when there are none."""
    left = expires - monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, LONGEST)


class BlockingConnection:
    """One connection, used by one thread at a time.

    Args:
        sock: The connected socket, behind TLS where there is TLS.
        origin: Where it goes.
        reader: Reads its responses.
    """

    __slots__ = ("_sock", "idle_since", "origin", "reader")

    def __init__(self, sock: socket.socket, origin: Origin, reader: ResponseReader) -> None:
        self._sock = sock
        self.origin = origin
        self.reader = reader
        self.idle_since = 0.0

    def is_usable(self) -> bool:
        """Say whether an idle connection is young enough and the server has sent nothing since."""
        return monotonic() - self.idle_since < IDLE_SECONDS and not is_readable(self._sock)

    def exchange(self, request: Request) -> Response:
        """Write a request and read its response to the end.

        Args:
            request: A request that `framing.check_request` has accepted.

        Raises:
            TransportError: No whole response came, or one that cannot be trusted.
        """
        reader = self.reader
        reader.begin(request.method, request.max_body)
        try:
            self._sock.settimeout(_left(request.expires))
        except TimeoutError:
            raise errors.no_time_left(self.origin) from None
        try:
            written, early = self._write(request)
            while not self._is_whole(self._sock.recv(BUFFER) if early is None else early):
                early = None
                self._sock.settimeout(_left(request.expires))
        except TimeoutError:
            raise errors.out_of_time(self.origin, reader.received) from None
        except OSError as error:
            raise errors.cut_short(self.origin, reader.received, error) from error
        except Malformed as error:
            raise errors.malformed(self.origin, error) from None
        reader.reusable = reader.reusable and written
        return reader.response()

    def _write(self, request: Request) -> tuple[bool, bytes | None]:
        """Write a request until all is written or the server answers; return whether, and its first bytes.

        The error's frames are dropped: one of them holds all that was to be written, and with it the
        key.
        """
        sock = self._sock
        try:
            if request.body is None or len(request.body) < PIECE:
                sock.sendall(request_bytes(request))
                return True, None
            data = memoryview(request_bytes(request))
            try:
                return send_unless_answered(sock, data, BUFFER, request.expires)
            finally:
                data = memoryview(b"")
                sock.settimeout(_left(request.expires))
        except (BrokenPipeError, ConnectionResetError) as error:
            if is_readable(sock):
                return False, None  # there may be an answer that says why
            raise error.with_traceback(None) from None
        except BaseException as error:
            raise error.with_traceback(None) from None

    def close(self) -> None:
        """Close the connection at once."""
        self.reader.forget()
        self._sock.close()

    def _is_whole(self, data: bytes) -> bool:
        if data:
            return self.reader.feed(data)
        if self.reader.end():
            return True  # closing ends this response, and the reader allows no other after it
        raise errors.cut_short(self.origin, self.reader.received)
