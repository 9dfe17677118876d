"""Puts one response together from bytes, without any I/O, so that every cut and oddity can be tested.

Two opinions must agree: httptools (llhttp) parses, `framing` says how long the body is, and every
byte is counted. The parser gets a head only when it is whole, so it is known where the body begins,
and a byte more or less than announced is an error instead of the start of the next response.
"""

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from midakit.core.wire.content import Unpacking, layers
from midakit.core.wire.headers import Headers
from midakit.core.wire.messages import MAX_BODY, Response
from midakit.core.wire.own import framing
from midakit.core.wire.own.errors import Malformed, TooLong
from midakit.core.wire.own.framing import CHUNKED, UNTIL_CLOSE
from midakit.core.wire.own.plain_answer import plain_answer

MAX_HEAD = 64 * 1024
HEAD_END = b"\r\n\r\n"
INTERIM = ord("1")
OLD = ord("0")
MANY = 1024
"""How many pieces of a body may lie about: an object of one byte takes 42 bytes of memory."""
WIRE = 8
"""How many times longer than its content a body may be on the wire: chunks of a byte take six."""


class PackedResponse(Response):
    """A response whose body is not unpacked yet.

    Args:
        status: The status code.
        headers: As received; they name the content codings of the body.
        body: The body as it came.
        limit: How many bytes it may have, unpacked.

    Raises:
        TransportError: A coding was not asked for, or there are too many of them.
    """

    __slots__ = ("unpacking",)

    def __init__(self, status: int, headers: Headers, body: bytes, limit: int) -> None:
        super().__init__(status, headers, b"")
        self.unpacking = Unpacking(headers, body, limit)

    def unpacked(self) -> Response | None:
        """Go on with unpacking for some milliseconds; return the plain response at the end of it.

        Raises:
            TransportError: The content is damaged, truncated or too long.
        """
        body = self.unpacking.advance()
        return None if body is None else Response(self.status, self.headers, body)


class ResponseReader:
    """Reads the responses of one connection, one at a time.

    Args:
        max_head: The longest head in bytes, interim heads (status 1xx) included.
    """

    __slots__ = (
        "_complete",
        "_counted",
        "_encoded",
        "_framing",
        "_head",
        "_headers",
        "_interim",
        "_length",
        "_merged",
        "_method",
        "_old",
        "_parser",
        "_pieces",
        "_plain",
        "_size",
        "_status",
        "_tail",
        "max_body",
        "max_head",
        "on_body",
        "received",
        "reusable",
    )

    def __init__(self, max_head: int = MAX_HEAD) -> None:
        self.max_head = max_head
        self._headers: list[tuple[bytes, bytes]] = []
        self._framing: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append
        self._parser = HttpResponseParser(self)
        self.begin("GET")
        self._restart()

    def begin(self, method: str, max_body: int = MAX_BODY) -> None:
        """Expect the response to a request.

        Args:
            method: The method of the request: a response to HEAD has no body.
            max_body: The longest body in bytes, packed and unpacked.
        """
        self._method = method
        self._plain: Response | None = None
        self.max_body = max_body
        self._complete = False
        self.received = 0
        self.reusable = False

    def _restart(self) -> None:
        """Forget the response before: not done for plain answers, which are read at once."""
        self._merged = 0
        self._counted = 0
        self._size = 0
        self._head: bytes | None = b""
        self._interim = 0
        self._status = 0
        self._length = 0
        self._old = False
        self._encoded = False
        self._tail = b""

    def feed(self, data: bytes) -> bool:
        """Take the next bytes and say whether the response is whole.

        Args:
            data: What was received.

        Raises:
            Malformed: The response cannot be trusted.
        """
        if self._complete:
            raise Malformed("bytes follow its body")
        if not self.received:
            if self._method != "HEAD":
                self._plain = plain_answer(data, self.max_head, self.max_body)
                if self._plain is not None:
                    self.received = len(data)
                    self._complete = self.reusable = True
                    return True
            self._restart()
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
        if length < 0:
            self._count()
        if len(self._pieces) - self._merged > MANY:
            self._merge()
        return self._complete

    def _count(self) -> None:
        """Refuse a body of unknown length as soon as it is too long."""
        self._size += sum(map(len, self._pieces[self._counted :]))
        self._counted = len(self._pieces)
        wire = self.received - self._interim - self.max_head
        if self._size > self.max_body or wire > WIRE * self.max_body:
            raise TooLong(self.max_body)

    def drop_body(self) -> None:
        """Drop the body as far as it has come: somebody else keeps it, but its length still counts."""
        self._pieces.clear()
        self._merged = self._counted = 0

    def _merge(self) -> None:
        """Make one piece of many: as objects of their own they would take a multiple of their length."""
        self._pieces[self._merged :] = [b"".join(self._pieces[self._merged :])]
        self._merged = self._counted = len(self._pieces)

    def end(self) -> bool:
        """Say whether the response is whole now that the server has closed the connection."""
        return bool(self.received) and self._length == UNTIL_CLOSE and self._head is None

    def response(self) -> Response:
        """Return the whole response, or a `PackedResponse` where a content coding is to be undone.

        Raises:
            TransportError: The coding was not asked for.
        """
        if self._plain is not None:
            plain, self._plain = self._plain, None
            return plain
        headers = tuple(self._headers)
        body = b"".join(self._pieces)
        self.forget()
        if self._encoded and body and layers(headers):
            return PackedResponse(self._status, headers, body, self.max_body)
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
            raise TooLong(self.max_body)
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
