"""One rate for many workers: the moments are given once, by a broker or from a share."""

import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.engines.spark import share as sharing
from midakit.engines.spark.broker import Address, Broker, answer_to
from midakit.engines.spark.leases import BURST, MOST, STALE, Book, Lease
from midakit.engines.spark.share import Share


@given(
    rps=st.floats(0.5, 500),
    asks=st.lists(st.tuples(st.floats(0, 3), st.integers(-2, 20), st.floats(0, 2)), max_size=60),
)
def test_no_moment_is_given_twice_and_no_second_sees_more_than_the_rate(rps, asks):
    """Whoever asks whenever for however much: any span holds at most rate times span plus the burst."""
    book, now, moments = Book(rps), 0.0, []
    for pause, wanted, _ in asks:
        now += pause
        grant = book.grant(wanted, now)
        assert 1 <= grant.tokens <= MOST
        moments += [now + grant.delay + n * grant.interval for n in range(grant.tokens)]
    assert moments == sorted(moments)
    for first, start in enumerate(moments):
        inside = sum(1 for moment in moments[first:] if moment < start + 1.0)
        assert inside <= rps + BURST


@given(late=st.lists(st.floats(0, 5), min_size=1, max_size=10))
def test_a_token_left_too_long_is_void(late):
    """A task that stalls does not come back with a burst: only fresh tokens of a lease are used."""
    lease = Lease(Book(10).grant(4, 0.0), 0.0)
    now = 0.0
    for pause in late:
        now += pause
        wait = lease.take(now)
        if now > 0.3 + STALE:
            assert wait is None
        elif wait is not None:
            assert 0.0 <= wait <= 0.4


def spend(shares, each, seconds=20):
    """Each share, in a loop and thread of its own, waits `each` times; when each of them went."""
    went = []

    def work(share):
        async def one():
            for _ in range(each // 4):
                await share.wait()
                went.append(time.monotonic())

        async def main():
            with anyio.fail_after(seconds):
                async with anyio.create_task_group() as group:
                    for _ in range(4):
                        group.start_soon(one)
            await share.close()

        anyio.run(main)

    threads = [threading.Thread(target=work, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(went)


def test_workers_with_a_broker_keep_the_rate_together():
    """Four workers with four calls each in flight share 200 a second: not more, and most of it."""
    with Broker(200) as broker:
        went = spend([Share(200, broker=broker.address, sharers=4) for _ in range(4)], 60)
    assert len(went) == 240
    for start in range(len(went) - 40):
        assert went[start + 40] - went[start] > 0.1  # 40 calls take 0.2 s; half of it is jitter
    assert went[-1] - went[0] < 4 * 240 / 200


def test_a_share_alone_keeps_its_part_of_the_rate():
    """Without a broker a task of four keeps to a quarter."""
    went = spend([Share(80, sharers=4)], 20)
    assert went[-1] - went[0] >= (20 - BURST - 1) / 20


def test_no_rate_no_wait():
    """Then learning from 429 is all there is."""
    went = spend([Share(None)], 400)
    assert went[-1] - went[0] < 1.0


def test_a_stranger_gets_nothing(caplog):
    """A wrong token is refused, and its holder keeps to its own share instead of stopping."""
    with Broker(1000) as broker:
        host, port = broker.address.host, broker.address.port
        went = spend([Share(40, broker=Address(host, port, "guessed"), sharers=2)], 12)
        with socket.create_connection((host, port), timeout=5) as stranger:
            stranger.recv(100)
            stranger.sendall(b"0" * 64 + b"\n")
            assert stranger.recv(100) == b""
    assert went[-1] - went[0] >= (12 - BURST - 1) / 20
    assert "keeps to its share" in caplog.text


def test_the_token_never_travels():
    """On the wire there is a nonce and its HMAC, different for every connection."""
    with Broker(1000) as broker:
        seen = set()
        for _ in range(2):
            with socket.create_connection((broker.address.host, broker.address.port)) as line:
                nonce = line.recv(100)
                answer = answer_to(nonce, broker.address.token)
                line.sendall(answer + b"\n")
                assert line.recv(100) == b"ok\n"
                seen |= {nonce, answer}
        assert len(seen) == 4
        assert not any(broker.address.token.encode() in said for said in seen)
        assert broker.address.token not in repr(broker.address)


def test_a_broker_that_goes_away_in_the_middle_stops_nobody(monkeypatch):
    """Tasks go on at their share, and come back to a broker that is there again."""
    broker = Broker(500)
    share = Share(500, broker=broker.address, sharers=5)
    granted = Counter()
    ask = share._ask

    async def counted(wanted):
        grant = await ask(wanted)
        granted["broker" if grant else "own"] += 1
        return grant

    monkeypatch.setattr(share, "_ask", counted)
    monkeypatch.setattr(sharing, "AWAY", 0.0)

    async def main():
        for _ in range(20):
            await share.wait()
        assert granted["own"] == 0
        broker.close()
        for _ in range(10):
            await share.wait()
        assert granted["own"] > 0
        await share.close()

    anyio.run(main)


@contextmanager
def listening(reply):
    """A server that says `reply` and nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.sendall(reply)
                time.sleep(0.2)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Address("127.0.0.1", server.getsockname()[1], "token")
        thread.join()


@pytest.mark.parametrize("reply", [b"", b"\n", b"x" * 4096, b"nonce\nno\n", b"n\nok\nmany 1 1\n"])
def test_nonsense_in_place_of_a_broker_is_no_harm(reply, monkeypatch):
    """Whatever answers at that address, the task keeps to its share."""
    monkeypatch.setattr(sharing, "PATIENCE", 0.5)
    with listening(reply) as address:
        assert len(spend([Share(100, broker=address, sharers=2)], 4)) == 4
