"""The stops on a request's way: what each learns from an answer, repeats, and tells."""

from contextlib import suppress

import pytest

from midakit.core._async.limiting import Limiting
from midakit.core._async.retrying import Retrying
from midakit.core._async.tracing import Tracing
from midakit.core.call import Call
from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import HookEvent, Hooks
from midakit.core.limits import Gate, Quota
from midakit.core.retry import Retry
from midakit.core.service import Service
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Attempt, Origin, Request, Response
from midakit.errors import ConnectionFailed, DeadlineExceeded, Timeout, TransportError

pytestmark = pytest.mark.anyio

ORIGIN = Origin("https", "api.example.com", 443)


class CautiousService(Service):
    """Asks for a pause after good answers too, when they carry the header."""

    def pause_after(self, response):
        hold = response.header("x-hold")
        return None if hold is None else float(hold)


SERVICE = CautiousService(
    origin=ORIGIN, prefix="", headers=RequestHeaders(()), scope={}, secrets=()
)


class Clock:
    """Time that only sleeping moves."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


class Server:
    """A last stop that gives what it was told to, one after the other."""

    def __init__(self, clock, *answers, seconds=0.0):
        self.clock = clock
        self.answers = list(answers)
        self.seconds = seconds
        self.requests = []

    async def __call__(self, request):
        self.requests.append((request, request.expires))
        self.clock.now += self.seconds
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, *headers = answer if isinstance(answer, tuple) else (answer,)
        return Response(status, tuple(headers), b"")


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(concurrency, "now", lambda: found.now)
    monkeypatch.setattr(concurrency, "sleep", found.sleep)
    return found


def request(*, safe=True, deadline=None, timeout=30.0):
    call = Call(operation="get_thing", method="GET", path="/thing", answer=dict, safe=safe)
    return Request(
        "GET", ORIGIN, b"/thing", RequestHeaders(()), timeout=timeout, deadline=deadline, call=call
    )


def after(seconds):
    return b"retry-after", str(seconds).encode()


# Limiting


async def limited(clock, *answers, gate=None, longest_pause=120.0):
    """Send one request after the other; gives the gate that learned from it."""
    gate = gate or Gate(10)
    limiting = Limiting(
        concurrency.Limiter(gate), SERVICE, longest_pause, Server(clock, *answers, seconds=1.0)
    )
    for number, _ in enumerate(answers):
        clock.now += 10.0 if number else 0.0  # past any pause
        with suppress(TransportError):
            await limiting(request())
    return gate


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (429, 7.0),
        (503, 7.0),
        (Timeout("late"), 7.0),
        (500, 10.0),
        (404, 10.0),
        (200, 10.0),
        (TransportError("lost"), 10.0),
        (ConnectionFailed("refused"), 10.0),
    ],
)
async def test_what_cuts_the_window(clock, answer, size):
    """A 429, a 503 and a timeout cut it to 0.7; nothing else does, and the place is given back."""
    gate = await limited(clock, answer)
    assert gate.window.size == size
    assert gate.in_flight == 0


async def test_a_bug_below_gives_the_place_back(clock):
    """Whatever leaves the transport, the place is free again and nothing is learned."""
    gate = Gate(10)
    limiting = Limiting(concurrency.Limiter(gate), SERVICE, 120.0, Server(clock, ValueError("bug")))
    with pytest.raises(ValueError, match="bug"):
        await limiting(request())
    assert (gate.in_flight, gate.window.size) == (0, 10.0)


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        ((429, after(7)), 7.0),
        ((503, after(7)), 7.0),
        ((500, after(7)), 0.0),
        ((404, after(7)), 0.0),
        ((429, after(120)), 120.0),
        ((429, after(121)), 0.0),
        (429, 0.0),
        ((200, (b"x-hold", b"3")), 3.0),
        ((400, (b"x-hold", b"3")), 0.0),
    ],
)
async def test_who_is_paused(clock, answer, pause):
    """A refusal that asks for a bearable time pauses everyone, and so does a limit that is near."""
    gate = await limited(clock, answer)
    assert gate.pause.left(clock.now) == pause


async def test_good_answers_speak_against_a_pause(clock):
    """A server that refuses at random stops pausing the client; the limiter was told of both."""
    gate = await limited(clock, *[200, 200, (429, after(0.5))] * 4)
    assert gate.pause.is_useless


async def test_an_attempt_expires_with_its_timeout_or_its_deadline(clock):
    """Whatever comes first, counted from when the attempt has its place."""
    server = Server(clock, 200, 200)
    limiting = Limiting(concurrency.Limiter(Gate(1)), SERVICE, 120.0, server)
    await limiting(request(timeout=5.0, deadline=1010.0))
    await limiting(request(timeout=15.0, deadline=1010.0))
    assert [expires for _, expires in server.requests] == [1005.0, 1010.0]


class FullLimiter(concurrency.Limiter):
    """It has no place at first; one comes free after three seconds."""

    def __init__(self, clock):
        super().__init__(Gate(1))
        self.clock = clock
        self.deadlines = []

    def enter(self, moment):
        return False

    async def acquire(self, deadline=None):
        self.deadlines.append(deadline)
        self.clock.now += 3.0
        self.gate.enter(self.clock.now)


async def test_an_attempt_that_had_to_wait_begins_with_its_place(clock):
    """The time before is not the attempt's; the wait itself knows the deadline."""
    limiter, server = FullLimiter(clock), Server(clock, 200)
    await Limiting(limiter, SERVICE, 120.0, server)(request(timeout=5.0, deadline=1100.0))
    assert limiter.deadlines == [1100.0]
    assert [expires for _, expires in server.requests] == [1008.0]


# Retrying


async def retried(
    clock, *answers, of=None, policy=None, quota=None, seconds=0.0, hooks=None, share=1.0
):
    """Send a request until it is over; gives the response or the error."""
    server = Server(clock, *answers, seconds=seconds)
    retrying = Retrying(
        policy or Retry(),
        Quota() if quota is None else quota,
        SERVICE,
        hooks or Hooks(),
        server,
        random_between=lambda low, high: low + share * (high - low),
    )
    of = of or request()
    try:
        found = await retrying(of)
    except TransportError as error:
        found = error
    assert not server.answers
    return found


async def test_waits_double_and_the_last_response_is_handed_out(clock):
    """Three attempts, half a second and a second between them."""
    of = request()
    found = await retried(clock, 500, 502, 504, of=of, seconds=2.0)
    assert found.status == 504
    assert clock.slept == [0.5, 1.0]
    assert of.attempts == [
        Attempt(500, None, seconds=2.0, waited=0.0),
        Attempt(502, None, seconds=2.0, waited=0.5),
        Attempt(504, None, seconds=2.0, waited=1.0),
    ]


@pytest.mark.parametrize(("sent", "attempts"), [(True, 1), (False, 2)])
async def test_an_unsafe_call_is_repeated_only_when_nothing_was_sent(clock, sent, attempts):
    """After a lost connection it may have worked."""
    of = request(safe=False)
    await retried(clock, *[TransportError("lost", sent=sent), 200][:attempts], of=of)
    assert len(of.attempts) == attempts


async def test_a_request_without_a_call_is_safe(clock):
    """It is of other origin, such as the file of a listing; it only reads."""
    of = Request("GET", ORIGIN, b"/file", RequestHeaders(()))
    assert (await retried(clock, 500, 200, of=of)).status == 200


async def test_without_an_answer_the_deadline_says_what_went_wrong(clock):
    """The failure comes first and the arithmetic after it."""
    lost = TransportError("the connection was lost")
    found = await retried(clock, lost, of=request(deadline=1000.2))
    assert isinstance(found, DeadlineExceeded)
    assert str(found).startswith("the connection was lost; the next attempt is due in 0.5 s")
    assert found.__cause__ is lost


async def test_what_the_server_asks_for_is_waited_for(clock):
    """Seven seconds asked are seven and a bit; of a 500 the header is ignored."""
    await retried(clock, (429, after(7)), (500, after(7)), 200)
    assert clock.slept == [pytest.approx(7.7), 1.0]


@pytest.mark.parametrize(
    ("failure", "price"),
    [(500, 14), (408, 14), (TransportError("lost"), 14), (429, 5), (503, 5)],
)
async def test_repeats_cost_tokens(clock, failure, price):
    """14 after a failure, 5 after a refusal; a repeat that works brings back 14 and one more."""
    quota = Quota()
    await retried(clock, failure, 400, quota=quota)
    assert quota.tokens == 500 - price
    await retried(clock, failure, 200, quota=quota)
    assert quota.tokens == min(500, 500 - 2 * price + 15)


async def test_without_tokens_nothing_is_repeated(clock):
    """When too much of what is sent fails, the first failure is the answer."""
    quota = Quota(13)
    assert (await retried(clock, 500, quota=quota)).status == 500
    assert (await retried(clock, (429, after(0)), 200, quota=quota)).status == 200
    assert not clock.slept[1:]


async def test_a_deadline_that_cannot_be_kept_fails_at_once(clock):
    """Ten seconds asked with four left: the error has the arithmetic and the attempts."""
    found = await retried(clock, (429, after(10)), of=request(deadline=1004.0))
    assert isinstance(found, DeadlineExceeded)
    assert "status 429" in str(found)
    assert "4.0 s" in str(found)
    assert [one.status for one in found.attempts] == [429]
    assert clock.slept == []


@pytest.mark.parametrize(
    ("deadline", "kind"), [(None, Timeout), (1100.0, Timeout), (1030.0, DeadlineExceeded)]
)
async def test_which_clock_ran_out(clock, deadline, kind):
    """A timeout at the deadline is the deadline's; before it, it is the attempt's own."""
    of = request(deadline=deadline)
    of.expires = 1030.0
    found = await retried(clock, Timeout("late", sent=False), of=of, policy=Retry(attempts=1))
    assert type(found) is kind
    assert str(found) == ("late" if kind is Timeout else "the call's deadline passed: late")
    assert found.sent is False
    assert [one.error for one in found.attempts] == ["Timeout"]


async def test_a_pause_beyond_the_deadline_is_not_waited_for_again(clock):
    """One error at once, in its own words, and no token spent: a repeat would wait for the same pause."""
    gate, quota, of = Gate(1), Quota(), request(deadline=1005.0)
    gate.pause.extend(clock.now + 100.0)
    limiting = Limiting(concurrency.Limiter(gate), SERVICE, 120.0, Server(clock))
    with pytest.raises(DeadlineExceeded) as caught:
        await Retrying(Retry(), quota, SERVICE, Hooks(), limiting)(of)
    assert str(caught.value) == (
        "the deadline is too short: the client is paused for 100.0 s and the deadline leaves 5.0 s"
    )
    assert (caught.value.sent, len(of.attempts), quota.tokens, clock.slept) == (False, 1, 500, [])


async def test_a_full_client_says_so(clock):
    """Where no place came free in time, no pause is blamed."""
    limiter = concurrency.Limiter(Gate(2))
    for _ in range(2):
        await limiter.acquire()
    with pytest.raises(DeadlineExceeded) as caught:
        await limiter.acquire(clock.now)
    assert str(caught.value) == "no place came free before the deadline (calls in flight: 2)"


@pytest.mark.parametrize(
    ("failures", "sent"),
    [
        ([ConnectionFailed("refused")] * 3, False),
        ([TransportError("lost"), ConnectionFailed("refused"), ConnectionFailed("refused")], True),
        ([(429, after(1)), ConnectionFailed("refused"), ConnectionFailed("refused")], True),
    ],
)
@pytest.mark.parametrize("deadline", [None, 1003.0])
async def test_what_an_earlier_attempt_sent_counts(clock, failures, sent, deadline):
    """Only where no attempt can have reached the server is `sent` false, also when time is too short."""
    failures = failures if deadline is None else failures[:2]
    found = await retried(clock, *failures, of=request(deadline=deadline), seconds=1.2)
    assert type(found) is (ConnectionFailed if deadline is None else DeadlineExceeded)
    assert found.sent is sent


@pytest.mark.parametrize("failure", [503, TransportError("lost")])
@pytest.mark.parametrize("when", ["before the wait", "during the wait"])
async def test_a_closed_client_repeats_nothing(clock, failure, when):
    """What the last attempt brought is the outcome; nothing is sent for a client that is closed."""
    server = Server(clock, failure, 200)
    retrying = Retrying(
        Retry(), Quota(), SERVICE, Hooks(), server,
        is_closed=lambda: bool(clock.slept or when == "before the wait"),
    )  # fmt: skip
    try:
        found = (await retrying(request())).status
    except TransportError as error:
        found = error
    assert found == failure
    assert len(server.requests) == 1
    assert len(clock.slept) == (when == "during the wait")


async def test_a_client_that_is_closed_while_a_call_waits_for_a_place(clock):
    """The call is not sent, and its place is free again."""
    limiter, server = FullLimiter(clock), Server(clock, 200)
    limiting = Limiting(limiter, SERVICE, 120.0, server, is_closed=lambda: bool(limiter.deadlines))
    with pytest.raises(TransportError, match="closed") as caught:
        await limiting(request())
    assert not caught.value.sent
    assert (server.requests, limiter.gate.in_flight) == ([], 0)


async def test_hooks_hear_of_attempts_and_repeats(clock):
    """Every attempt, and every repeat with its wait, before it is waited for."""
    hooks, heard = Hooks(), []
    hooks.on_attempt(lambda event: heard.append(("attempt", event)))
    hooks.on_retry(lambda event: heard.append(("retry", event)))
    of = request()
    await retried(clock, 500, TransportError("lost"), 200, of=of, hooks=hooks, seconds=2.0)
    assert heard == [
        ("attempt", HookEvent(of.call, 1, 500, None, 2.0)),
        ("retry", HookEvent(of.call, 1, 500, None, 0.0, 0.5)),
        ("attempt", HookEvent(of.call, 2, None, "TransportError", 2.0)),
        ("retry", HookEvent(of.call, 2, None, "TransportError", 0.0, 1.0)),
        ("attempt", HookEvent(of.call, 3, 200, None, 2.0)),
    ]


# Tracing


async def test_the_answer_hook_hears_once(clock):
    """When a call is over: its status or its error, and the seconds of all attempts and waits."""
    hooks, heard = Hooks(), []
    hooks.on_answer(lambda event: heard.append((event.status, event.error, event.attempt)))
    await Tracing(SERVICE, hooks, Server(clock, 404))(request())
    with pytest.raises(Timeout):
        await Tracing(SERVICE, hooks, Server(clock, Timeout("late")))(request())
    assert heard == [(404, None, 0), (None, "Timeout", 0)]
