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
        """Pass bytes, ends and resets on, both directions at once."""
        other = threading.Thread(target=self._pass, args=(server, client))
        other.start()
        self._pass(client, server)
        other.join()

    def _pass(self, source, target):
        source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(source)
        try:
            while select.select([source], [], [])[0] and self._pass_piece(source, target):
                pass
        except OSError:  # a reset by one side is one for the other
            for sock in (source, target):
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    sock.shutdown(socket.SHUT_RDWR)
        finally:
            self._open.discard(source)

    def _pass_piece(self, source, target):
        with self._passing:
            data = source.recv(65536)
            sent = 0
            with contextlib.suppress(BlockingIOError):
                sent = target.send(data, socket.MSG_DONTWAIT)
        target.sendall(data[sent:])
        if not data:
            target.shutdown(socket.SHUT_WR)
        return data
