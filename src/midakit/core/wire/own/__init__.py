"""Our own HTTP/1.1 client, straight on asyncio or on blocking sockets, parsed by httptools.

transport.py       AsyncOwnTransport, for asyncio
blocking.py        OwnTransport, for blocking code, and its connections
pool.py            the connections of one event loop: free lists, connecting, one timer for all
connection.py      one connection of a pool: bytes to and from the event loop
response_reader.py one response put together from bytes, without any I/O
framing.py         the rules: what is sent, and which responses are too odd to trust
errors.py          the texts of errors, and what may be sent again
readable.py        whether a socket has something to read
"""
