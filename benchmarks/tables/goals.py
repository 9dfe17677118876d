"""The stated goals, in one table: the smoke, the report and the docs read it and nothing else.

A goal compares medians of the same run, never seconds. `figure` says what is compared:

- `cpu`: CPU time of `peer` for a call over that of `ours`, round by round: a busy machine moves it least;
- `ceiling`: answers a second over the most that `flight / latency` allows.

The programs beside the calls state theirs in their own rows.
"""

from dataclasses import dataclass
from typing import Literal

TOLERANCE = 0.5
"""The smoke fails below this share of a goal: a busy machine must not fail an honest change."""

FAN_OUT = "2,000 calls at once"
SINGLE = "instant, 1 in flight"
AT_64 = "instant, 64 in flight"
AT_256 = "instant, 256 in flight"
LATENCY_64 = "50 ms, 64 in flight"


@dataclass(frozen=True)
class Goal:
    """At least so many times, in that scenario."""

    title: str
    scenario: str
    ours: str
    peer: str
    at_least: float
    figure: Literal["cpu", "ceiling"] = "cpu"
    tolerance: float = TOLERANCE
    """The smoke fails below this share of the goal."""

    def shown(self, value: float) -> str:
        """As people read it."""
        return f"{value:.1%}" if self.figure == "ceiling" else f"{value:.2f} x"


GOALS = (
    Goal("fan-out over asyncio.gather with httpx", FAN_OUT, "midakit own", "httpx, gather", 25),
    Goal("fan-out over asyncio.gather with httpx2", FAN_OUT, "midakit own", "httpx2, gather", 10),
    Goal("fan-out over aiohttp with a semaphore", FAN_OUT, "midakit own", "aiohttp, semaphore", 3),
    Goal("bare aiohttp with orjson, one in flight", SINGLE, "midakit own", "aiohttp", 2.2),
    Goal("bare aiohttp with orjson, 64 in flight", AT_64, "midakit own", "aiohttp", 2.5),
    Goal("bare aiohttp with orjson, 256 in flight", AT_256, "midakit own", "aiohttp", 2.5),
    Goal("pyreqwest (Rust) with orjson, 64 in flight", AT_64, "midakit own", "pyreqwest", 1),
    Goal("pyreqwest (Rust) with orjson, 256 in flight", AT_256, "midakit own", "pyreqwest", 1),
    Goal("wreq (Rust) with orjson, 64 in flight", AT_64, "midakit own", "wreq", 0.9),
    Goal("wreq (Rust) with orjson, 256 in flight", AT_256, "midakit own", "wreq", 0.9),
    Goal("share of in-flight / latency", LATENCY_64, "midakit own", "", 0.95, "ceiling"),
    Goal("sync bulk over 16 threads with httpx.Client", FAN_OUT, "midakit sync, bulk",
         "httpx.Client, 16 threads", 8),
    Goal("sync single call over httpx.Client", SINGLE, "midakit sync", "httpx.Client", 4),
    Goal("sync single call over http.client", SINGLE, "midakit sync", "http.client", 1),
)  # fmt: skip
