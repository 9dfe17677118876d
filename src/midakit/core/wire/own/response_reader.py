"""Puts one response together from bytes, without any I/O, so that every cut and oddity can be tested.

Two opinions must agree: httptools (llhttp) parses, `framing` says how long the body is, and every
byte is counted. The parser gets a head only when it is whole, so it is known where the body begins,
and a byte more or less than announced is an error instead of the start of the next response.
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from midakit.core.wire.content import MAX_BODY, decode
from midakit.core.wire.messages import Response
from midakit.core.wire.own import framing
from midakit.core.wire.own.errors import Malformed
from midakit.core.wire.own.framing import CHUNKED, UNTIL_CLOSE

MAX_HEAD = 64 * 1024
HEAD_END = b"\r\n\r\n"
INTERIM = ord("1")
OLD = ord("0")


class ResponseReader:
    """Reads the responses of one connection, one at a time.

    Args:
        max_head: The longest head in bytes, interim heads (status 1xx) included.
        max_body: The longest body in bytes, before decoding and after it.
    """

    __slots__ = (
        "_complete",
        "_encoded",
        "_framing",
        "_head",
        "_headers",
        "_interim",
        "_length",
        "_method",
        "_old",
        "_parser",
        "_pieces",
        "_status",
        "_tail",
        "max_body",
        "max_head",
        "on_body",
        "received",
        "reusable",
    )

    def __init__(self, max_head: int = MAX_HEAD, max_body: int = MAX_BODY) -> None:
        self.max_head = max_head
        self.max_body = max_body
        self._headers: list[tuple[bytes, bytes]] = []
        self._framing: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append
        self._parser = HttpResponseParser(self)
        self.begin("GET")

    def begin(self, method: str) -> None:
        """Expect the response to a request.

        Args:
            method: The method of the request: a response to HEAD has no body.
        """
        self._method = method
        self._head: bytes | None = b""
        self._interim = 0
        self._status = 0
        self._length = 0
        self._old = False
        self._encoded = False
        self._tail = b""
        self._complete = False
        self.received = 0
        self.reusable = False

    def feed(self, data: bytes) -> bool:
        """Take the next bytes and say whether the response is whole.

        Args:
            data: What was received.

        Raises:
            Malformed: The response cannot be trusted.
        """
        self.received += len(data)
        try:
            if self._head is not None:
                whole = self._whole_head(self._head + data if self._head else data)
                if whole is None:
                    return False
                data = whole
            self._parser.feed_data(data)
        except HttpParserError as error:
            cause = error.__context__
            if isinstance(cause, Malformed):
                raise cause from None
            raise Malformed(str(error).lower() or type(error).__name__) from None
        except HttpParserUpgrade:
            raise Malformed("it switches protocols, which was not asked for") from None
        length = self._length
        if length == CHUNKED:
            self._tail = (self._tail + data)[-5:] if len(data) < 5 else data[-5:]
            if self._complete:
                framing.check_chunked_end(self._tail)
        elif length >= 0 and self.received > self._interim + length:
            raise Malformed("bytes follow its body")
        if self.received - self._interim > self.max_body:
            raise Malformed(f"its body is longer than {self.max_body} bytes")
        return self._complete

    def end(self) -> bool:
        """Say whether the response is whole now that the server has closed the connection."""
        return self._length == UNTIL_CLOSE and self._head is None

    def response(self) -> Response:
        """Return the whole response with its content codings undone.

        Raises:
            TransportError: The content is damaged or too long.
        """
        headers = tuple(self._headers)
        body = b"".join(self._pieces)
        self.forget()
        if self._encoded:
            body = decode(headers, body, self.max_body)
        return Response(self._status, headers, body)

    def forget(self) -> None:
        """Drop what was collected."""
        self._headers.clear()
        self._framing.clear()
        self._pieces.clear()

    def _whole_head(self, data: bytes) -> bytes | None:
        """Return the bytes from the final head on, once that is whole; drop interim heads."""
        while True:
            end = data.find(HEAD_END) + 4
            if self._interim + (end if end > 3 else len(data)) > self.max_head:
                raise Malformed(f"its head is longer than {self.max_head} bytes")
            framing.check_head(data if end == 3 else data[:end])
            if end == 3:
                self._head = data
                return None
            self._interim += end
            if data[9] != INTERIM:
                break
            self._parser.feed_data(data[:end])
            data = data[end:]
        self._head = None
        self._old = data[7] == OLD
        if self._method == "HEAD" and len(data) > end:
            raise Malformed("bytes follow its body")
        return data

    # What the parser calls

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; drop a trailer.

        Args:
            name: The name as received.
            value: The value as received.
        """
        if self._status:
            return
        pair = name.lower(), value.rstrip(b" \t")
        self._headers.append(pair)
        if pair[0] in framing.FRAMING:
            self._framing.append(pair)
        elif pair[0] == b"content-encoding":
            self._encoded = True

    def on_headers_complete(self) -> None:
        """Learn from a whole head how long the body is.

        Raises:
            Malformed: The head contradicts itself or announces too long a body.
        """
        if self._complete:
            raise Malformed("bytes follow its body")
        parser = self._parser
        status = parser.get_status_code()
        if status < 200:
            if status == 101:
                raise Malformed("it switches protocols, which was not asked for")
            self._headers.clear()
            self._framing.clear()
            self._encoded = False
            return
        length = framing.body_length(self._method, status, self._old, self._framing)
        if length > self.max_body:
            raise Malformed(f"its body is longer than {self.max_body} bytes")
        self._status = status
        self._length = length
        if self._method == "HEAD":
            self._end_without_body()

    def on_message_complete(self) -> None:
        """Note that the response is whole, and whether the connection may be used again."""
        if self._status:
            self._complete = True
            self.reusable = self._parser.should_keep_alive()

    def _end_without_body(self) -> None:
        # The parser cannot be told that no body follows, so it is replaced for the next response.
        self._complete = True
        self.reusable = self._parser.should_keep_alive()
        self._parser = HttpResponseParser(self)
