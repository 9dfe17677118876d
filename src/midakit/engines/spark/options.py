"""What a read asks for, out of Spark's options, which are all text (pure).

Names may be written `start_date` or `startDate`. An API key is refused wherever it is tried: options
stand in query plans, logs and histories.
"""

import json
from collections.abc import Mapping
from typing import Any

import attrs

from midakit.core.options import option_table
from midakit.errors import ConfigurationError, InvalidRequest
from midakit.export.plan.spec import KINDS
from midakit.mida.options import ExportScope

SECRET = ("apikey", "token", "secret", "password", "authorization", "bearer")
CONCURRENCY = 8
PER_TRIGGER = 1000


@attrs.frozen(kw_only=True)
class ReadOptions:
    """The options of a read, checked; those of `midakit.mida.options.ExportScope` are in `asked`."""

    table: str
    """The table to read."""
    plan: str | None = None
    """Where the plan is frozen: a folder or a URL that the driver reaches."""
    projects: tuple[str, ...] = ()
    """Project keys; when left out, that of the driver's environment."""
    region: str | None = None
    """The region of the API."""
    base_url: str | None = None
    """The address of the API."""
    concurrency: int = CONCURRENCY
    """Requests in flight in each task."""
    partitions: int | None = None
    """Tasks; when left out, as many as slots, or a multiple of it."""
    requests_per_trigger: int = PER_TRIGGER
    """Calls in a batch of a stream."""
    asked: Mapping[str, str] = attrs.field(factory=dict, hash=False)
    """What the plan is to contain, as it was written."""

    def wanted(self) -> dict[str, Any]:
        """Return what the plan is to contain, as `ExportRequest` takes it."""
        found: dict[str, Any] = {"kinds": (self.table,)}
        for name in option_table(ExportScope):
            if name in self.asked:
                found[name] = READERS.get(name, str)(self.asked[name])
        return found


OWN = tuple(field.name for field in attrs.fields(ReadOptions) if field.name != "asked")
"""Options of a read that are not those of an export."""


def parse_options(options: Mapping[str, str]) -> ReadOptions:
    """Return the options of a read.

    Args:
        options: What `.option(name, value)` was called with.

    Raises:
        ConfigurationError: A name is unknown or that of a secret, the table is missing, or a number is
            not one. The value of a secret is not repeated.
    """
    named = {name.replace("_", ""): name for name in (*option_table(ExportScope), *OWN)}
    found: dict[str, str] = {}
    for name, value in options.items():
        short = name.replace("_", "").replace("-", "").lower()
        if any(word in short for word in SECRET):
            raise ConfigurationError(
                f"option {name!r}: a key must not be an option, because Spark shows options in plans "
                "and histories; set MIDA_API_KEY in the environment of driver and workers, or give "
                "register(spark, key=...) a function that reads it there"
            )
        if short not in named:
            raise ConfigurationError(f"option {name!r} is not one of: {', '.join(named.values())}")
        found[named[short]] = value
    table = found.get("table")
    if table not in KINDS:
        raise ConfigurationError(
            f"option 'table': {table!r} is not one of: {', '.join(KINDS)}; each read is one table"
        )
    return ReadOptions(
        table=table,
        plan=found.get("plan"),
        projects=_words(found.get("projects", "")),
        region=found.get("region"),
        base_url=found.get("base_url"),
        concurrency=_count(found, "concurrency", CONCURRENCY),
        partitions=_count(found, "partitions", 1) if "partitions" in found else None,
        requests_per_trigger=_count(found, "requests_per_trigger", PER_TRIGGER),
        asked={
            name: found[name] for name in (*option_table(ExportScope), "projects") if name in found
        },
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
    """Read keys of goals, or their numbers."""
    return tuple(int(word) if word.isdecimal() else word for word in _words(text))


def _segments(text: str) -> dict[str, Any]:
    """Read a JSON object: name -> an expression as text, or the API's nested lists."""
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
"""How lists and objects are written in text; every other option is text itself."""
