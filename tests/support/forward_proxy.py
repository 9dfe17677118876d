"""A forward proxy in this process: it makes tunnels (CONNECT) and passes on what comes, byte for byte."""

import contextlib
import select
import socket
import struct
import threading

RESET = struct.pack("ii", 1, 0)
OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


class ForwardProxy:
    """`with ForwardProxy() as proxy: proxy.url`; `proxy.heads` holds what clients asked it.

    Args:
        answer: What it says to a CONNECT in place of making a tunnel: a function of the socket.
    """

    def __init__(self, answer=None):
        self._answer = answer
        self.heads = []
        self._passing = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._threads = []
        self._open = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()
        return self

    def __exit__(self, *exc):
        self._stop.set()
        with socket.create_connection(self._listener.getsockname()):
            pass
        self._accepting.join()
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def settle(self):
        """Wait until everything that was sent has been passed on."""
        while True:
            with self._passing:
                waiting = [sock for sock in self._open if sock.fileno() >= 0]
                if not select.select(waiting, [], [], 0)[0]:
                    return
            threading.Event().wait(0.001)

    def _accept(self):
        while not self._stop.is_set():
            client, _ = self._listener.accept()
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client):
        with client, contextlib.suppress(OSError):
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                data = client.recv(65536)
                if not data:
                    return
                head += data
            self.heads.append(head.decode("latin-1"))
            if self._answer is not None:
                self._answer(client)
                return
            host, _, port = head.split(b" ")[1].decode().rpartition(":")
            try:
                server = socket.create_connection((host, int(port)))
            except OSError:
                client.sendall(REFUSED)
                return
            with server:
                client.sendall(OPENED)
                self._pass_on(client, server)

    def _pass_on(self, client, server):
        """Pass bytes, ends and resets on in both directions."""
        both = {client: server, server: client}
        for sock in both:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reading = set(both)
        self._open |= reading
        try:
            while reading:
                for sock in select.select(reading, [], [])[0]:
                    if not self._pass_one(sock, both[sock]):
                        reading.discard(sock)
                        self._open.discard(sock)
        except OSError:  # a reset by one side is one for the other
            for sock in both:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        finally:
            self._open -= set(both)

    def _pass_one(self, source, target):
        with self._passing:
            data = source.recv(65536)
            target.setblocking(False)
            sent = 0
            with contextlib.suppress(BlockingIOError):
                sent = target.send(data)
        target.setblocking(True)
        target.sendall(data[sent:])
        if not data:
            target.shutdown(socket.SHUT_WR)
        return data
