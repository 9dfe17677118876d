"""What a read asks for, out of Spark's options, which are all text (pure).

Names may be written `start_date` or `startDate`. A key is refused wherever it is tried: options stand
in query plans, logs and histories.
"""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from midakit.errors import ConfigurationError, InvalidRequest
from midakit.export.plan.spec import KINDS

SECRET = ("apikey", "token", "secret", "password", "authorization", "bearer")
REQUEST = (
    "kinds", "start_date", "end_date", "test_ids", "segments", "goals", "breakdowns", "filter_by",
    "report_phase", "tz",
)  # fmt: skip
"""What the plan settles; they mean what they mean to `mida.export(...)`."""
OTHER = (
    "table", "plan", "projects", "region", "base_url", "concurrency", "partitions",
    "requests_per_trigger",
)  # fmt: skip

CONCURRENCY = 8
PER_TRIGGER = 1000


@attrs.frozen(kw_only=True)
class Wanted:
    """A read, checked."""

    table: str
    plan: str | None = None
    projects: tuple[str, ...] = ()
    region: str | None = None
    base_url: str | None = None
    concurrency: int = CONCURRENCY
    """Requests in flight in each task."""
    partitions: int | None = None
    requests_per_trigger: int = PER_TRIGGER
    asked: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    """What the plan is to settle, as it was written."""

    def request(self) -> dict[str, Any]:
        """The same, as the planner takes it."""
        found: dict[str, Any] = {"kinds": (self.table,)}
        for name in REQUEST:
            if name in self.asked:
                found[name] = READERS.get(name, str)(self.asked[name])
        return found


def wanted(options: Mapping[str, str]) -> Wanted:
    """The options of a read; a secret, a wrong name or a missing table is an error that says so."""
    plain = {name.replace("_", ""): name for name in (*REQUEST, *OTHER)}
    found: dict[str, str] = {}
    for name, value in options.items():
        short = name.replace("_", "").replace("-", "").lower()
        if any(word in short for word in SECRET):
            raise ConfigurationError(
                f"option {name!r}: a key must not stand in an option, where plans and histories show "
                "it; set MIDA_API_KEY in the environment of driver and workers, or hand "
                "register(spark, key=...) a function that reads it there"
            )
        if short not in plain:
            raise ConfigurationError(f"option {name!r} is not one of: {', '.join(plain.values())}")
        found[plain[short]] = value
    table = found.get("table")
    if table not in KINDS:
        raise ConfigurationError(
            f"option 'table': {table!r} is not one of: {', '.join(KINDS)}; each read is one table"
        )
    return Wanted(
        table=table,
        plan=found.get("plan"),
        projects=_words(found.get("projects", "")),
        region=found.get("region"),
        base_url=found.get("base_url"),
        concurrency=_count(found, "concurrency", CONCURRENCY),
        partitions=_count(found, "partitions", 1) if "partitions" in found else None,
        requests_per_trigger=_count(found, "requests_per_trigger", PER_TRIGGER),
        asked={name: found[name] for name in (*REQUEST, "projects") if name in found},
    )


def _count(found: Mapping[str, str], name: str, default: int) -> int:
    text = found.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ConfigurationError(f"option {name!r}: {text!r} is not a whole number above 0")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _ids(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in _words(text))
    except ValueError:
        raise InvalidRequest("test_ids", f"{text!r} is not a list like 1001,1002") from None


def _goals(text: str) -> tuple[str | int, ...]:
    """Keys, or numbers of goal profiles."""
    return tuple(int(word) if word.isdecimal() else word for word in _words(text))


def _segments(text: str) -> dict[str, Any]:
    """A JSON object: name -> an expression as text, or the raw nested lists."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidRequest(
            "segments", 'it must be JSON such as {"mobile": "device == mobile"}: name -> expression'
        )
    return {**found}


READERS: dict[str, Any] = {
    "kinds": _words,
    "test_ids": _ids,
    "segments": _segments,
    "goals": _goals,
    "breakdowns": _words,
    "filter_by": _words,
}
