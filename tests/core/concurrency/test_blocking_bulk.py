"""The bulk verbs of a blocking client: on a loop of their own, in a thread, over real sockets."""

import asyncio
import contextvars
import gc
import os
import signal
import threading
import time
import warnings

import httpx
import pytest

from midakit import Mida
from midakit.core.call import Call
from midakit.core.concurrency.loop_thread import LoopThread
from midakit.errors import ConfigurationError, InvalidRequest, ServerError, TransportError
from midakit.mida import calls
from support.bad_server import BadServer


def probe(name, **more):
    return Call(operation="probe", method="GET", path=f"/{name}", answer=dict, safe=True, **more)


OK = probe("ok")


@pytest.fixture(scope="module")
def server():
    with BadServer() as running:
        yield running


@pytest.fixture(params=[None, "httpx", "injected", "custom"])
def mida(server, request):
    """A client whose bulk runs on a loop's own connections, or through a blocking transport."""
    with httpx.Client() as injected:
        options = {
            "injected": {"http_client": injected},
            "custom": {"transport": Custom()},
        }.get(request.param, {"transport": request.param})
        with Mida(
            "k", project_key="p", base_url=server.url, retry=1, timeout=60, **options
        ) as made:
            yield made


class Custom:
    """A transport object of an application."""

    def __init__(self):
        from midakit.core.wire.own.blocking import OwnTransport

        self.inner = OwnTransport()
        self.threads = set()

    def send(self, request):
        self.threads.add(threading.current_thread().name)
        return self.inner.send(request)

    def close(self):
        self.inner.close()


def calls_of(*ids):
    """Built as they are pulled."""
    return (calls.experiments.get(one) for one in ids)


EARLIER = []
"""Threads that other tests have left: those of delivery clients run until their last event is sent."""


@pytest.fixture(autouse=True)
def _earlier():
    EARLIER[:] = threading.enumerate()


def rooms():
    """The event loops that this test has begun."""
    return [
        one for one in threading.enumerate() if one.name == "midakit-loop" and one not in EARLIER
    ]


def test_gather_answers_in_order(mida):
    """Answers and errors stand where their calls stood."""
    found = mida.gather([OK, probe("r500"), OK] * 20, 8, on_error="collect")
    assert [type(one.error) for one in found] == [type(None), ServerError, type(None)] * 20
    assert found[0].answer["success"]
    assert all(len(one.attempts) == 1 and one.seconds > 0 for one in found)
    with pytest.raises(ServerError) as caught:
        mida.gather([OK, probe("r500"), OK], 2)
    assert caught.value.call.path == "/r500"


@pytest.mark.parametrize("limit", [1, 3, 16])
def test_a_stream_gives_each_outcome_once(mida, limit):
    """Many more calls than places: every one comes back, whichever order they finish in."""
    asked = [probe("ok", query=(("n", str(number)),)) for number in range(300)]
    with mida.stream(asked, limit) as outcomes:
        found = [outcome.call.query[0][1] for outcome in outcomes]
    assert sorted(found, key=int) == [str(number) for number in range(300)]
    with mida.stream([]) as outcomes:
        assert list(outcomes) == []


def test_a_stream_pulls_calls_as_it_goes_in_the_callers_thread(mida):
    """A generator over a database cursor works: it is neither moved to a thread nor run ahead."""
    pulled = []

    def rows():
        for number in range(1000):
            pulled.append(threading.current_thread())
            yield probe("ok", query=(("n", str(number)),))

    with mida.stream(rows(), 4) as outcomes:
        for _ in range(10):
            assert next(outcomes).ok
        assert len(pulled) <= 10 + 2 * 4 + 4
    assert set(pulled) == {threading.main_thread()}
    assert mida.gather(OK for _ in range(3))


def test_what_the_calls_raise_reaches_the_caller(mida):
    """An error of the generator comes bare, and the client goes on."""

    def broken():
        yield OK
        raise KeyError("no such row")

    with pytest.raises(KeyError, match="no such row"):
        mida.gather(broken())
    with pytest.raises(KeyError), mida.stream(broken()) as outcomes:
        list(outcomes)
    with pytest.raises(InvalidRequest), mida.stream(calls_of("a/b")) as some:
        list(some)
    assert mida.gather([OK])


def test_leaving_a_stream_early_ends_its_calls(mida):
    """Nothing is in flight afterwards, and the client still works."""
    short = mida.with_options(timeout=0.5)
    with short.stream([OK, *[probe("hang")] * 6], 3) as outcomes:
        started = time.monotonic()
        next(outcomes)
    assert time.monotonic() - started < 60
    assert mida.gather([OK] * 3)


def test_it_works_inside_a_running_loop(mida):
    """Jupyter runs one: a blocking gather there neither fails nor waits for it."""

    async def cell():
        with mida.stream([OK] * 5) as outcomes:
            return [outcome.ok for outcome in outcomes], mida.gather([OK] * 5)

    oks, answers = asyncio.run(cell())
    assert oks == [True] * 5
    assert len(answers) == 5


def test_context_variables_come_along(mida):
    """A hook sees the caller's variables, so that a trace keeps its parent."""
    request_id = contextvars.ContextVar("request_id", default="none")
    seen = []
    mida.hooks.on_answer(lambda event: seen.append(request_id.get()))
    request_id.set("outer")
    mida.gather([OK] * 3)
    with mida.stream([OK] * 3) as outcomes:
        list(outcomes)
    assert seen == ["outer"] * 6


def test_views_keep_their_options_and_share_the_room(mida):
    """Another timeout for a view; one loop thread for all."""
    assert mida.gather([OK])
    short = mida.with_options(timeout=0.2)
    outcome = short.gather([probe("hang")], on_error="collect")[0]
    assert type(outcome.error).__name__ == "Timeout"
    assert outcome.error.attempts[0].seconds < 60  # of the client itself
    assert len(rooms()) == 1


def test_what_was_injected_gets_the_calls(server):
    """Bulk passes where single calls pass: through the application's client or transport."""
    given = Custom()
    with Mida("k", base_url=server.url, transport=given) as mida:
        mida.gather([OK] * 8)
        assert given.threads
        assert not given.threads & {"MainThread", "midakit-loop"}
    sent = []
    hooks = {"request": [lambda request: sent.append(request.url.path)]}
    with httpx.Client(event_hooks=hooks) as client:
        with Mida("k", base_url=server.url, http_client=client) as mida:
            mida.gather([OK] * 8)
        assert len(sent) == 8
        assert not client.is_closed


def test_the_room_opens_when_needed_and_closes_with_the_client(server):
    """Single calls start no thread; after `close` none is left, nor a connection."""
    with Mida("k", base_url=server.url) as mida:
        mida.send(OK)
        assert rooms() == []
        mida.gather([OK] * 3)
        room = rooms()
        mida.gather([OK] * 3)
        assert rooms() == room
        assert len(room) == 1
    assert rooms() == []
    with pytest.raises(ConfigurationError, match="closed"):
        mida.gather([OK])
    with pytest.raises(ConfigurationError, match="closed"), mida.stream([OK]):
        pass
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        del mida
        gc.collect()
    assert not caught


def test_threads_share_the_room(mida):
    """Several threads gather at once: each gets its own answers, over one loop."""
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(len(mida.gather([OK] * 40, 8))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [40] * 4
    assert len(rooms()) == 1
    assert mida.limits.in_flight == 0


def test_closing_while_calls_are_in_flight_ends_them_with_an_error():
    """Another thread closes the client: the waiting one is told, at once."""
    with BadServer() as server:
        mida = Mida("k", base_url=server.url, timeout=300)
        said = []

        def wait():
            try:
                mida.gather([probe("hang")] * 3)
            except TransportError as error:
                said.append(str(error))

        waiting = threading.Thread(target=wait)
        waiting.start()
        while len(server.seen) < 3:
            time.sleep(0.01)
        started = time.monotonic()
        mida.close()
        waiting.join(60)
        assert time.monotonic() - started < 60
        assert said == ["the client was closed while calls were in flight"]
        assert rooms() == []


@pytest.mark.parametrize("verb", ["gather", "stream"])
def test_ctrl_c_ends_the_calls_and_the_client_goes_on(verb):
    """KeyboardInterrupt while waiting: it is raised at once, what was in flight is cancelled."""
    with BadServer() as server, Mida("k", base_url=server.url, timeout=300) as mida:

        def interrupt():
            while len(server.seen) < 3:
                time.sleep(0.01)
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

        pressing = threading.Thread(target=interrupt)
        pressing.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            if verb == "gather":
                mida.gather([probe("hang")] * 3)
            else:
                with mida.stream([probe("hang")] * 3) as outcomes:
                    list(outcomes)
        pressing.join()
        assert time.monotonic() - started < 60
        assert mida.gather([OK])
        assert mida.limits.in_flight == 0


def test_ctrl_c_waits_until_files_are_closed():
    """Work that has something to finish finishes it, though its client is closed right after."""
    finished = []

    async def work():
        begun.set()
        try:
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0.2)
            finished.append("committed")

    def interrupt():
        begun.wait()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    begun = threading.Event()
    pressing = threading.Thread(target=interrupt)
    pressing.start()
    loop = LoopThread()
    with pytest.raises(KeyboardInterrupt):
        try:
            loop.run(work)
        finally:
            time.sleep(0.05)  # the work has begun to finish when its loop is stopped
            loop.stop()
    pressing.join()
    assert finished == ["committed"]


def test_a_hook_may_use_the_client_it_watches(server):
    """From inside the room a fan-out gets a room for the moment, instead of waiting for itself."""
    with Mida("k", base_url=server.url) as mida:
        inner = []

        def again(event):
            if not inner:
                inner.append(None)
                inner[0] = mida.gather([OK] * 2)

        mida.hooks.on_answer(again)
        assert len(mida.gather([OK])) == 1
        assert len(inner[0]) == 2
        assert len(rooms()) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_starts_a_loop_of_its_own(server):
    """Parent and child both go on, each on connections of its own."""
    with Mida("k", base_url=server.url) as mida:
        assert len(mida.gather([OK] * 4)) == 4
        child = os.fork()
        if child == 0:
            status = 1
            try:
                fine = len(mida.gather([OK] * 4)) == 4
                mida.close()
                status = 0 if fine and not rooms() else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert len(mida.gather([OK] * 4)) == 4
        assert len(rooms()) == 1


def test_retries_quota_and_limits_are_the_clients(server):
    """What bulk learns about the server, single calls know: hooks, quota and window are shared."""
    with BadServer() as own, Mida("k", base_url=own.url) as mida:
        retried = []
        mida.hooks.on_retry(lambda event: retried.append(event.status))
        tokens = mida._engine.quota.tokens
        assert mida.gather([probe("once-r429-ms")])
        assert retried == [429]
        assert mida.limits.window.size < mida.limits.window.ceiling
        mida.gather([OK] * 9, 3)
        assert 1 <= mida.limits.most_in_flight <= 3
        assert mida.limits.in_flight == 0
        assert mida._engine.quota.tokens <= tokens


def test_an_export_passes_through_the_injected_client_too(mida_sandbox, tmp_path):
    """Every request of a blocking client's export is the application's client's."""
    sent = []
    hooks = {"request": [lambda request: sent.append(request.url.path)]}
    with (
        httpx.Client(event_hooks=hooks) as client,
        Mida(
            mida_sandbox.api_key,
            project_key=mida_sandbox.project_key,
            base_url=mida_sandbox.base_url,
            http_client=client,
        ) as mida,
    ):
        report = mida.export(tmp_path / "out", kinds=["experiments"], format="jsonl")
        assert report.state == "whole"
        assert sent
        assert rooms()
    assert rooms() == []
