"""One answer put together from bytes: no I/O, so that it can be tested with every cut and oddity.

Two opinions must agree. httptools (llhttp) parses; `framing` says how long the answer is; and every
byte is counted. A head is given to the parser only when it is whole, so the place where the body
begins is known, and a byte more or less than announced is an error instead of the next answer.
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


class AnswerReader:
    """Reads the answers of one connection, one at a time."""

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
        """Expect the answer to a request of this method."""
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
        """Take bytes; True when the answer is whole. Raises `Malformed`."""
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
        """The server said goodbye: True when that is what completes the answer."""
        return self._length == UNTIL_CLOSE and self._head is None

    def response(self) -> Response:
        """The whole answer, its content codings undone. Raises `TransportError`."""
        headers = tuple(self._headers)
        body = b"".join(self._pieces)
        self.forget()
        if self._encoded:
            body = decode(headers, body, self.max_body)
        return Response(self._status, headers, body)

    def forget(self) -> None:
        """Let go of what was collected."""
        self._headers.clear()
        self._framing.clear()
        self._pieces.clear()

    def _whole_head(self, data: bytes) -> bytes | None:
        """The bytes from the final head on, once that is whole; interim heads are dropped."""
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
        """One header, or one trailer; trailers are not kept."""
        if self._status:
            return
        pair = name.lower(), value.rstrip(b" \t")
        self._headers.append(pair)
        if pair[0] in framing.FRAMING:
            self._framing.append(pair)
        elif pair[0] == b"content-encoding":
            self._encoded = True

    def on_headers_complete(self) -> None:
        """The end of a head."""
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
            self._end_of_head_answer()

    def on_message_complete(self) -> None:
        """The end of an answer."""
        if self._status:
            self._complete = True
            self.reusable = self._parser.should_keep_alive()

    def _end_of_head_answer(self) -> None:
        # The parser cannot be told that no body follows, so it is replaced for the next answer.
        self._complete = True
        self.reusable = self._parser.should_keep_alive()
        self._parser = HttpResponseParser(self)
