"""Our own transport against servers that behave, and servers that do not."""

import asyncio
import gc
import gzip
import ssl
import time

import pytest
import trustme

from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import MAX_BODY, Origin, Request
from midakit.core.wire.own.transport import AsyncOwnTransport
from midakit.errors import ConnectionFailed, Timeout, TransportError
from support.framings import BAD, GOOD
from support.wire import OK, request, serving


def answering(run, answer, asked=None, max_body=MAX_BODY, **limits):
    """What one request gets from a server that sends `answer`, then closes if it must."""
    found = []

    async def script(server, seen, writer):
        writer.write(answer)
        return "close"

    async def main():
        transport = AsyncOwnTransport(**limits)
        async with serving(script) as (_, port):
            try:
                found.append(
                    await transport.send(asked(port) if asked else request(port, max_body=max_body))
                )
            except TransportError as error:
                found.append(error)
            await transport.aclose()

    run(main)
    return found[0]


@pytest.mark.parametrize("name", GOOD)
def test_every_framing_is_read(run, name):
    """Lengths, chunks, the connection's end, interim answers and empty ones are understood."""
    answer, body = GOOD[name]
    response = answering(run, answer)
    assert response.status == int(answer.split(b"HTTP/1.")[-1][2:5])
    assert response.body == body


@pytest.mark.parametrize("name", BAD)
def test_doubtful_answers_are_errors(run, name):
    """An answer that two readers could understand differently is an error that says why."""
    rest, why = BAD[name]
    error = answering(run, b"HTTP/1.1 200 OK\r\n" + rest)
    assert isinstance(error, TransportError)
    assert error.sent
    assert any(word in str(error).lower() for word in why.lower().split("|")), error


def test_what_is_not_http_is_an_error_at_once(run):
    """A server of another protocol is noticed by its first bytes, not by the timeout."""
    error = answering(run, b"SSH-2.0-OpenSSH_9.6\r\n")
    assert "does not begin like" in str(error)
    assert not isinstance(error, Timeout)


def test_switching_protocols_is_refused(run):
    """Nobody asked for another protocol."""
    answer = b"HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert "switches protocols" in str(answering(run, answer))


def test_silence_after_the_request_is_an_error(run):
    """A fresh connection that closes without a byte is an error; the request may have arrived."""
    error = answering(run, b"")
    assert type(error) is TransportError
    assert "before it answered" in str(error)
    assert error.sent


def test_limits_hold(run):
    """A head or a body longer than allowed is refused, before decoding and after it."""
    long_head = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3000 + b"\r\n\r\n"
    assert "head is longer than 2000" in str(answering(run, long_head, max_head=2000))
    endless = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3000
    assert "head is longer than 2000" in str(answering(run, endless, max_head=2000))
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"
    assert "answer is longer than 1000" in str(answering(run, announced, max_body=1000))
    flowing = b"HTTP/1.1 200 OK\r\n\r\n" + b"y" * 3000
    assert "answer is longer than 1000" in str(answering(run, flowing, max_body=1000))
    packed = gzip.compress(bytes(100_000))
    bomb = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    error = answering(run, bomb % (len(packed), packed), max_body=1000)
    assert "answer is longer than 1000" in str(error)


def test_content_codings_are_undone(run):
    """The body arrives unpacked; the headers say what was received."""
    packed = gzip.compress(b"hello")
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"
    response = answering(run, answer % (len(packed), packed))
    assert response.body == b"hello"
    assert response.header("content-encoding") == "gzip"


def test_head_answers_have_no_body(run):
    """A HEAD answer's length is about another request, and the connection stays usable."""

    async def script(server, seen, writer):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
        writer.write(head if seen.startswith(b"HEAD") else head + b"ok")

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (server, port):
            for _ in range(3):
                assert (await transport.send(request(port, "HEAD"))).body == b""
                assert (await transport.send(request(port))).body == b"ok"
            assert server.accepted == 1
            await transport.aclose()

    run(main)


def test_connections_are_reused(run):
    """Calls after one another share a connection; calls at once have one each, and keep them."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (server, port):
            for _ in range(5):
                await transport.send(request(port))
            assert server.accepted == 1
            for _ in range(3):
                await asyncio.gather(*(transport.send(request(port)) for _ in range(8)))
            assert server.accepted == 8
            await transport.aclose()
            await asyncio.sleep(0.05)
            assert server.open == 0

    run(main)


def test_a_closing_answer_ends_its_connection(run):
    """`Connection: close` is obeyed even when the server leaves the connection open."""

    async def main():
        transport = AsyncOwnTransport()
        answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
        async with serving(answer) as (server, port):
            await transport.send(request(port))
            await transport.send(request(port))
            assert server.accepted == 2
            await transport.aclose()

    run(main)


def test_a_connection_closed_while_idle_is_not_used(run):
    """Once the server closed an idle connection, the next request takes another, even a POST."""

    async def script(server, seen, writer):
        writer.write(OK)
        return "close"

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (server, port):
            for _ in range(3):
                assert (await transport.send(request(port, "POST", body=b"x"))).body == b"ok"
                await asyncio.sleep(0.05)
            assert server.accepted == 3
            assert not transport._pool.connections
            await transport.aclose()

    run(main)


def closing_on_the_second(first):
    async def script(server, seen, writer):
        if len(server.seen) == 2:
            return "close"
        writer.write(first)
        return None

    return script


def test_a_get_that_met_a_closing_connection_is_sent_again(run):
    """A kept connection that ends without a byte costs a GET nothing but a second try."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(closing_on_the_second(OK)) as (server, port):
            await transport.send(request(port))
            assert (await transport.send(request(port, target=b"/2"))).body == b"ok"
            assert [line.split()[1] for line in server.seen] == [b"/", b"/2", b"/2"]
            await transport.aclose()

    run(main)


def test_a_post_that_met_a_closing_connection_is_not_sent_again(run):
    """A POST may have been acted on, so its caller decides."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(closing_on_the_second(OK)) as (server, port):
            await transport.send(request(port))
            with pytest.raises(TransportError, match="before it answered") as caught:
                await transport.send(request(port, "POST", body=b"x"))
            assert type(caught.value) is TransportError
            assert caught.value.sent
            assert len(server.seen) == 2
            await transport.aclose()

    run(main)


def test_bytes_on_an_idle_connection_end_it(run):
    """An answer nobody asked for never meets a later request."""

    async def script(server, seen, writer):
        writer.write(OK)
        await asyncio.sleep(0.02)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (server, port):
            await transport.send(request(port))
            await asyncio.sleep(0.06)
            assert (await transport.send(request(port))).body == b"ok"
            assert server.accepted == 2
            await transport.aclose()

    run(main)


def test_time_runs_out(run):
    """A silent server costs the caller its time, not less and hardly more, and the connection is gone."""

    async def script(server, seen, writer):
        await asyncio.sleep(60)

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (_, port):
            started = time.monotonic()
            with pytest.raises(Timeout, match="before it answered") as caught:
                await transport.send(request(port, within=2))
            assert 1.99 < time.monotonic() - started < 30
            assert caught.value.sent
            await asyncio.sleep(0.01)
            assert not transport._pool.connections
            await transport.aclose()

    run(main)


def test_dripping_does_not_buy_time(run):
    """A server that sends a byte now and then cannot hold a caller past `expires`."""

    async def script(server, seen, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(900):
            writer.write(b"x")
            await asyncio.sleep(0.1)

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (_, port):
            started = time.monotonic()
            with pytest.raises(Timeout, match="bytes of the answer"):
                await transport.send(request(port, within=2))
            assert time.monotonic() - started < 30
            await transport.aclose()

    run(main)


def test_each_call_has_its_own_end(run):
    """One timer serves all, and a short call beside a long one still ends before it."""
    late = asyncio.Event()

    async def script(server, seen, writer):
        await (late.wait() if b"/slow" in seen else asyncio.sleep(60))
        writer.write(OK)

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (_, port):
            slow = asyncio.create_task(transport.send(request(port, target=b"/slow", within=25)))
            await asyncio.sleep(0.02)
            with pytest.raises(Timeout):
                await transport.send(request(port, within=0.1))
            assert not slow.done()
            late.set()
            assert (await slow).body == b"ok"
            await transport.aclose()

    run(main)


def test_no_time_left_sends_nothing(run):
    """A request that is already too late is not written."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (server, port):
            await transport.send(request(port))
            with pytest.raises(Timeout) as caught:
                await transport.send(request(port, within=-1))
            assert not caught.value.sent
            assert len(server.seen) == 1
            await transport.aclose()

    run(main)


@pytest.mark.parametrize("within", [1.0, 3600.0])
def test_idle_connections_grow_old(run, monkeypatch, within):
    """A connection nobody used for long is closed by the pool's own timer, whatever the timeout was."""
    monkeypatch.setattr("midakit.core.wire.own.pool.IDLE_SECONDS", 0.1)

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (server, port):
            await transport.send(request(port, within=within))
            while server.open:  # noqa: ASYNC110  # the server counts, and tells nobody
                await asyncio.sleep(0.01)
            assert transport._pool._timer is None
            await transport.aclose()

    run(main)


def test_a_refused_connection_sent_nothing(run):
    """No listener: ConnectionFailed, and nothing was sent."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (_, port):
            pass
        with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{port}") as caught:
            await transport.send(request(port))
        assert not caught.value.sent
        await transport.aclose()

    run(main)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 80, "a..b"])
def test_a_host_that_cannot_be_found_is_a_failed_connection(run, host):
    """Names that do not resolve, or are no names, are ConnectionFailed."""

    async def main():
        transport = AsyncOwnTransport()
        asked = Request(
            "GET", Origin("http", host, 80), b"/", RequestHeaders(()), expires=time.monotonic() + 20
        )
        with pytest.raises(ConnectionFailed):
            await transport.send(asked)
        await transport.aclose()

    run(main)


def test_connecting_is_bounded_too(run):
    """A listener that accepts no handshake cannot hold a caller."""

    async def mute(reader, writer):
        try:
            await reader.read()
        finally:
            writer.close()

    async def main():
        transport = AsyncOwnTransport()
        listener = await asyncio.start_server(mute, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(Timeout, match="no connection") as caught:
            await transport.send(request(port, scheme="https", within=0.2))
        assert not caught.value.sent
        listener.close()
        await transport.aclose()

    run(main)


def test_injected_header_lines_are_refused(run):
    """A value with a line end is refused and nothing is sent."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (server, port):
            with pytest.raises(TransportError, match="cannot") as caught:
                await transport.send(request(port, headers=((b"x", b"a\r\nevil: 1"),)))
            assert not caught.value.sent
            with pytest.raises(TransportError, match="target"):
                await transport.send(request(port, target=b"/ HTTP/1.1\r\nevil: 1"))
            assert server.accepted == 0
            await transport.aclose()

    run(main)


def test_an_answer_before_the_whole_body_was_sent_ends_the_connection(run):
    """A server that refuses early is heard, and the half-written request is not followed by another."""

    async def early(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
        await asyncio.sleep(0.1)
        writer.transport.abort()

    async def main():
        transport = AsyncOwnTransport()
        listener = await asyncio.start_server(early, "127.0.0.1", 0, limit=1024)
        port = listener.sockets[0].getsockname()[1]
        response = await transport.send(request(port, "POST", body=bytes(20_000_000)))
        assert response.status == 413
        await asyncio.sleep(0.02)
        assert not transport._pool.connections
        await asyncio.sleep(0.2)
        listener.close()
        await transport.aclose()

    run(main)


def authority():
    ca = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(server)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    return server, trusting


def test_tls_with_a_trusted_certificate(run):
    """Over TLS connections are checked, reused, and closed cleanly."""
    server_context, trusting = authority()

    async def main():
        transport = AsyncOwnTransport(ssl_context=trusting)
        async with serving(OK, ssl=server_context) as (server, port):
            for _ in range(4):
                assert (await transport.send(request(port, scheme="https"))).body == b"ok"
            assert server.accepted == 1
            await transport.aclose()

    run(main)


def test_tls_with_an_unknown_authority_is_refused(run):
    """The shared context trusts no self-made authority; nothing is sent."""
    server_context, _ = authority()

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # the server's complaint
        transport = AsyncOwnTransport()
        async with serving(OK, ssl=server_context) as (server, port):
            with pytest.raises(ConnectionFailed, match=r"(?i)certificate") as caught:
                await transport.send(request(port, scheme="https"))
            assert not caught.value.sent
            assert not server.seen
            await transport.aclose()

    run(main)


def test_tls_with_another_name_is_refused(run):
    """A good certificate of another host is not good here."""
    ca = trustme.CA()
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("elsewhere.example").configure_cert(server_context)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)

    async def main():
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        transport = AsyncOwnTransport(ssl_context=trusting)
        async with serving(OK, ssl=server_context) as (_, port):
            with pytest.raises(ConnectionFailed, match=r"(?i)certificate"):
                await transport.send(request(port, scheme="https"))
            await transport.aclose()

    run(main)


def test_closing_ends_calls_under_way(run):
    """`aclose` fails what is in flight instead of leaving it waiting."""

    async def script(server, seen, writer):
        await asyncio.sleep(5)

    async def main():
        transport = AsyncOwnTransport()
        async with serving(script) as (_, port):
            waiting = asyncio.create_task(transport.send(request(port)))
            await asyncio.sleep(0.05)
            await transport.aclose()
            with pytest.raises(TransportError, match="closed by the client"):
                await waiting

    run(main)


def test_closing_while_connecting_leaves_nothing(run):
    """A connection that is still being made when the transport closes is not kept."""

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (server, port):
            for turns in range(6):
                waiting = asyncio.create_task(transport.send(request(port)))
                for _ in range(turns):
                    await asyncio.sleep(0)
                pool = transport._pool
                await transport.aclose()
                await asyncio.wait([waiting])
                if pool is not None:
                    await asyncio.sleep(0.02)
                    assert not pool.connections
                if waiting.exception() is not None:
                    assert isinstance(waiting.exception(), TransportError)
            await transport.aclose()
            await asyncio.sleep(0.02)
            assert server.open == 0

    run(main)


def test_a_second_loop_has_a_pool_of_its_own(run):
    """A transport used from another loop connects afresh, and the first loop's sockets ended with it."""
    transport = AsyncOwnTransport()
    pools = []

    async def main():
        async with serving(OK) as (server, port):
            assert (await transport.send(request(port))).body == b"ok"
            assert server.accepted == 1
            pools.append(transport._pool)

    run(main)
    assert not pools[0].connections
    run(main)
    assert pools[0] is not pools[1]


def test_nothing_is_left_behind(run):
    """After `aclose` no connection, timer or reader of ours is alive."""
    from midakit.core.wire.own.connection import Connection
    from midakit.core.wire.own.pool import Pool

    async def main():
        transport = AsyncOwnTransport()
        async with serving(OK) as (_, port):
            await asyncio.gather(*(transport.send(request(port)) for _ in range(20)))
            await transport.aclose()

    run(main)
    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing) in (Pool, Connection)]
