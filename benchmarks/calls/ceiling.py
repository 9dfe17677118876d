"""The most that the server answers: several processes of prepared bytes at once, no client at all.

Where a contender comes near to it, the figure says more about the server than about the contender.
"""

from contextlib import ExitStack, closing

from benchmarks.calls.fleet import OutError, Worker

NAME = "wire, uvloop"
PROCESSES = 2
FLIGHT = 64
CALLS = 12_800
ROUNDS = 3


def ceilings(server, calls=CALLS):
    """By door: the most answers a second that were seen, and the server's CPU seconds for one.

    A crowded machine shows fewer than the server has in it; its CPU time says how many those are.
    None where it could not be measured.
    """
    return {
        title: _most(server, calls, tls=tls) for title, tls in (("plain", False), ("TLS", True))
    }


def _most(server, calls, *, tls):
    url = server.url(tls=tls, delay=False)
    with ExitStack() as stack:
        workers = [stack.enter_context(closing(Worker(NAME, server.ca))) for _ in range(PROCESSES)]
        try:
            for worker in workers:
                worker.ask("open", url=url, ca=server.ca, flight=FLIGHT)
                worker.ask("run", count=FLIGHT, warm=FLIGHT)
            before = server.busy()
            seen = max(_together(workers, calls) for _ in range(ROUNDS))
            used = (server.busy() - before) / (calls * PROCESSES * ROUNDS)
            return {"seen": round(seen), "cpu": round(used, 8)}
        except OutError:
            return None


def _together(workers, calls):
    for worker in workers:
        worker.say("run", count=calls, warm=0)
    return sum(calls / found["seconds"] for found in [worker.hear() for worker in workers])
