"""After a fork the child connects afresh, and the parent's connections are left alone."""

import asyncio
import os
import socket
import threading

import pytest

from midakit.core.wire.own.transport import AsyncOwnTransport
from support.wire import OK, request


def answer_all(listener, accepted):
    """A server in threads, so that it survives the forking test's loops."""

    def talk(peer):
        with peer:
            while peer.recv(65536):
                peer.sendall(OK)

    while True:
        try:
            peer, address = listener.accept()
        except OSError:
            return
        accepted.append(address)
        threading.Thread(target=talk, args=(peer,), daemon=True).start()


def in_child(transport, port):
    """The child's exit status: 0 when its own call was answered."""

    async def main():
        response = await transport.send(request(port))
        await transport.aclose()
        return response.body

    status = 1
    try:
        status = 0 if asyncio.run(main()) == b"ok" else 2
    finally:
        os._exit(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_connects_afresh():
    """The child's call is answered on a connection of its own; the parent's stays usable."""
    accepted = []
    with socket.create_server(("127.0.0.1", 0)) as listener, asyncio.Runner() as loops:
        port = listener.getsockname()[1]
        threading.Thread(target=answer_all, args=(listener, accepted), daemon=True).start()
        transport = AsyncOwnTransport()
        assert loops.run(transport.send(request(port))).body == b"ok"
        child = os.fork()
        if child == 0:
            asyncio.events._set_running_loop(None)
            in_child(transport, port)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(accepted) == 2
        assert loops.run(transport.send(request(port))).body == b"ok"
        assert len(accepted) == 2
        loops.run(transport.aclose())
        listener.shutdown(socket.SHUT_RDWR)
