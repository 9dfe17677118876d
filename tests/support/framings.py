"""Answers as bytes: good ones with their bodies, doubtful ones with what the error says."""

from support.wire import OK

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

GOOD = {
    "length": (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    "empty": (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nT: v\r\n\r\n",
        b"hello",
    ),
    "until close": (b"HTTP/1.1 200 OK\r\n\r\nhello", b"hello"),
    "http/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    "304": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n%b" % HELLO,
        b"hello",
    ),
}

BAD = {
    "two lengths": (b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", "content-length"),
    "length and chunks": (
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "both|present",
    ),
    "more than announced": (b"Content-Length: 2\r\n\r\nokay", "follow|expected"),
    "an extra line end": (b"Content-Length: 2\r\n\r\nok\r\n", "follow"),
    "a second answer": (b"Content-Length: 2\r\n\r\nok" + OK, "follow"),
    "a second answer after chunks": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + OK, "follow"),
    "a line end after chunks": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n\r\n", "follow"),
    "a folded header": (b"X: a\r\n b\r\nContent-Length: 2\r\n\r\nok", "folded"),
    "a bad chunk": (b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "chunk size"),
    "an unknown coding": (b"Transfer-Encoding: gzip\r\n\r\nxx", "transfer-encoding"),
    "a bare line feed": (b"X: y\nContent-Length: 2\r\n\r\nok", "CR LF"),
    "a space before the colon": (b"X : y\r\nContent-Length: 2\r\n\r\nok", "header"),
    "too short": (b"Content-Length: 9\r\n\r\nok", "closed the connection after"),
    "chunks cut off": (b"Transfer-Encoding: chunked\r\n\r\n5\r\nhe", "closed the connection after"),
    "head cut off": (b"Content-Le", "closed the connection after"),
}
