"""Who runs against whom: one table. Nothing of theirs is imported before their own process starts.

A contender is a way to open a client (`opens`: "module:function", an asynchronous or plain context
manager over `url, ca, flight, exchange`) and a shape, the loop a user writes around it:

- `gather`: `asyncio.gather` over every call at once; no limit but the library's;
- `semaphore`: the same behind an `asyncio.Semaphore`;
- `workers`: as many tasks as calls in flight, pulling from one iterator;
- `threads`: a `ThreadPoolExecutor` of at most 64; a plain loop when one is in flight;
- `own`: the library's own way to send many.
"""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["gather", "semaphore", "workers", "threads", "own"]


@dataclass(frozen=True)
class Contender:
    """What runs, and what it does to be comparable."""

    opens: str
    shape: Shape
    needs: tuple[str, ...]
    says: str
    uvloop: bool = False
    flight: int | None = None
    """A number of its own instead of the scenario's."""


TYPED = "everything on: auth, retries, limiter, hooks; typed attrs models"
DICT = "orjson to dict"
MIDAKIT = ("midakit",)

CONTENDERS: dict[str, Contender] = {
    "midakit httpx": Contender("ours:httpx", "own", (*MIDAKIT, "httpx"), f"httpx; {TYPED}"),
    "midakit own": Contender("ours:own", "own", (*MIDAKIT, "httptools"), f"httptools; {TYPED}"),
    "midakit own, uvloop": Contender(
        "ours:own", "own", (*MIDAKIT, "httptools", "uvloop"), f"httptools; {TYPED}", uvloop=True
    ),
    "midakit own, stream": Contender(
        "ours:streaming", "own", (*MIDAKIT, "httptools"), f"keeps no answer; {TYPED}"
    ),
    "midakit sync": Contender(
        "ours:single", "threads", (*MIDAKIT, "httptools"), f"httptools on sockets, no loop; {TYPED}"
    ),
    "midakit sync, bulk": Contender(
        "ours:bulk", "own", (*MIDAKIT, "httptools"), f"`Mida.gather`; {TYPED}"
    ),
    "httpx": Contender(
        "plain:httpx_async", "workers", ("httpx",),
        "library limits (keeping as many connections as calls in flight makes it slower); orjson to dict",
    ),
    "httpx, gather": Contender(
        "plain:httpx_async", "gather", ("httpx",), "library limits, no pool timeout; orjson to dict"
    ),
    "httpx2": Contender(
        "plain:httpx2_async", "workers", ("httpx2",), f"limits raised to the calls in flight; {DICT}"
    ),
    "httpx2, gather": Contender(
        "plain:httpx2_limited", "gather", ("httpx2",), "library limits, no pool timeout; orjson to dict"
    ),
    "aiohttp": Contender(
        "plain:aiohttp_session", "workers", ("aiohttp",), f"limit raised to the calls in flight; {DICT}"
    ),
    "aiohttp, semaphore": Contender(
        "plain:aiohttp_session", "semaphore", ("aiohttp",), f"limit raised to the calls in flight; {DICT}"
    ),
    "requests": Contender(
        "plain:requests_session", "threads", ("requests",), f"one session, pool as large as the threads; {DICT}"
    ),
    "httpx.Client": Contender("plain:httpx_sync", "threads", ("httpx",), f"limits raised; {DICT}"),
    "httpx.Client, 16 threads": Contender(
        "plain:httpx_sync", "threads", ("httpx",), f"limits raised; {DICT}", flight=16
    ),
    "http.client": Contender(
        "plain:http_client", "threads", (), f"the standard library, one kept connection; {DICT}"
    ),
    "wreq": Contender("compiled:wreq_client", "workers", ("wreq",), f"Rust; {DICT}"),
    "pyreqwest": Contender(
        "compiled:pyreqwest_client", "workers", ("pyreqwest",), f"Rust, limit raised to the calls in flight; {DICT}"
    ),
    "primp": Contender("compiled:primp_client", "workers", ("primp",), f"Rust; {DICT}"),
    "curl_cffi": Contender(
        "compiled:curl_cffi_session", "workers", ("curl_cffi",), f"libcurl, limit raised to the calls in flight; {DICT}"
    ),
    "pycurl": Contender("compiled:pycurl_handle", "threads", ("pycurl",), f"libcurl, one handle; {DICT}"),
    "pyreqwest, blocking": Contender(
        "compiled:pyreqwest_blocking", "threads", ("pyreqwest",), f"Rust; {DICT}"
    ),
    "openai": Contender(
        "sdks:openai_client", "workers", ("openai",), "AsyncOpenAI.get, its own limits (1,000); pydantic, not validated"
    ),
    "stripe": Contender(
        "sdks:stripe_client", "workers", ("stripe",), "StripeClient.raw_request_async over its HTTPXClient; StripeObject"
    ),
    "githubkit": Contender(
        "sdks:githubkit_client", "workers", ("githubkit",), "arequest, throttle raised, cache off; pydantic"
    ),
    "launchdarkly-api": Contender(
        "sdks:launchdarkly_client", "threads", ("launchdarkly-api",),
        "ApiClient.call_api over urllib3, pool as large as the threads; its own deserialiser",
    ),
    "wire": Contender(
        "wire:connections", "own", (),
        "no HTTP client: asyncio.Protocol, prepared requests, bytes counted, orjson to dict; the limit of the loop",
    ),
    "wire, typed": Contender(
        "wire:typed", "own", MIDAKIT, "the same, read into our models: the floor of a typed client in pure Python",
    ),
    "wire, uvloop": Contender(
        "wire:connections", "own", ("uvloop",), "the same on uvloop; it also finds the server's ceiling", uvloop=True
    ),
}  # fmt: skip
