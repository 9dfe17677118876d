"""What is measured, and how long: the full run, and the smoke."""

from dataclasses import dataclass, replace
from itertools import product

from benchmarks.tables import goals

OURS = ("midakit own", "midakit own, uvloop", "midakit httpx")
HAND = ("httpx", "httpx2", "aiohttp")
COMPILED = ("wreq", "pyreqwest", "primp", "curl_cffi")
SDKS = ("openai", "stripe", "githubkit", "launchdarkly-api")
FLIGHTS = (1, 16, 64, 256)


@dataclass(frozen=True)
class Scenario:
    """One table: who runs, against which door of the server, how many at once."""

    title: str
    flight: int
    contenders: tuple[str, ...]
    tls: bool = False
    delay: bool = False
    packed: bool = False
    """Answers come with gzip."""
    asks: str = "result"
    """The kind of call: a key of `exchanges.EXCHANGES`."""
    seconds: float = 0.3
    """About how long one contender runs in one round; its number of calls follows from its pace."""
    count: int | None = None
    """So many calls for everyone instead."""
    rounds: int = 3


def _rest(flight, *, tls, delay):
    """What no goal is about: two rounds of those that a reader compares."""
    names = (*OURS, "httpx2", "aiohttp", *COMPILED)
    names += ("midakit sync", "httpx.Client", "pycurl") if flight == 1 else ("midakit sync, bulk",)
    return replace(_steady(flight, tls=tls, delay=delay), contenders=names, rounds=2)


def _sync(flight):
    if flight == 1:
        return (
            "midakit sync",
            "requests",
            "httpx.Client",
            "http.client",
            "pycurl",
            "pyreqwest, blocking",
        )
    return ("midakit sync, bulk", "requests", "httpx.Client, 16 threads")


def _steady(flight, *, tls, delay):
    names = (*OURS, *HAND, *COMPILED, *_sync(flight))
    if tls:
        names = tuple(name for name in names if name != "http.client")
    if not tls and not delay:
        names += ("wire", "wire, typed", "wire, uvloop")
        names += SDKS if flight == 64 else ()
    return Scenario(
        f"{'50 ms' if delay else 'instant'}{', TLS' if tls else ''}, {flight} in flight",
        flight, names, tls=tls, delay=delay,
        seconds=1.0 if (flight, delay, tls) == (64, True, False) else 0.3,
    )  # fmt: skip


FAN_OUT = Scenario(
    goals.FAN_OUT, 64,
    ("midakit own", "midakit own, uvloop", "midakit sync, bulk", "httpx, gather", "httpx2, gather",
     "aiohttp, semaphore", *COMPILED, "httpx.Client, 16 threads"),
    count=2000,
)  # fmt: skip

OTHERS = ("midakit own", "aiohttp", "httpx2", *COMPILED)
"""Who is measured with other answers than a result: those that come near."""

OTHER_ANSWERS = (
    Scenario("gzip, 64 in flight", 64, OTHERS, packed=True),
    *(
        Scenario(f"{kind}, 64 in flight", 64, OTHERS, asks=kind)
        for kind in ("POST", "metrics", "distribution", "timeseries", "page")
    ),
)

DOORS = [*product((False, True), (False, True), FLIGHTS)]
SOONEST = [(False, False, 64), (False, False, 1), (False, False, 256)]
"""What the goals are about."""
REST = sorted((one for one in DOORS if one not in SOONEST), key=lambda one: one[2] != 64)

FULL = (
    FAN_OUT,
    *(_steady(flight, tls=tls, delay=delay) for tls, delay, flight in SOONEST),
    *OTHER_ANSWERS,
    *(
        _steady(flight, tls=tls, delay=delay)
        if flight == 64
        else _rest(flight, tls=tls, delay=delay)
        for tls, delay, flight in REST
    ),
)


def of_goals():
    """The smoke: only what a goal compares, the quick scenarios first."""
    found = []
    for whole in (*FULL[1:], FAN_OUT):
        named = {n for goal in goals.GOALS if goal.scenario == whole.title
                 for n in (goal.ours, goal.peer) if n}  # fmt: skip
        if named:
            names = tuple(name for name in whole.contenders if name in named)
            found.append(replace(whole, contenders=names, rounds=2 if whole.count else 3))
    return tuple(found)


SMOKE = of_goals()
