"""Made-up visits: visitors, six experiments of known truth, and one more in a second project.

Every random column has a stream of its own (a PCG64 named by the column), so that a new column
shifts no other; only `random()` is used, with our own inverses, because numpy does not promise its
distributions to stay the same. numpy draws the numbers, DuckDB builds the strings.
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from midakit.sandbox.data.dataset_import import insert_rates
from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.data.seeded_definitions import seeded_definitions
from midakit.sandbox.data.seeded_sql import INSERT_ASSIGNMENTS, INSERT_VISITORS, SELECT_EVENTS
from midakit.sandbox.data.truth import PROJECTS, TRUTH, Truth
from midakit.sandbox.state.arrow import import_extra
from midakit.sandbox.state.tables import event_rows
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visits import Visits

SEED_NOW = datetime(2026, 6, 1, 12)
_FIRST = datetime(2026, 3, 25)
_ARRIVALS = timedelta(days=56)
_SECOND_PROJECT = 0.02
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


def seed_visits(
    visits: Visits, seed: int = 42, visitors: int = 10_000, now: datetime = SEED_NOW
) -> Definitions:
    """Replace the baseline by made-up visits.

    Args:
        visits: Where they go.
        seed: The same seed makes the same visits.
        visitors: How many visitors to make up.
        now: The time at which the clock of the projects stands still; the visits do not depend on
            it.

    Returns:
        The projects, goals and experiments that the visits belong to.
    """
    definitions = seeded_definitions(naive_utc(now))
    tables = _draw(seed, visitors)
    with visits.loading() as cursor:
        insert_rates(cursor, definitions.projects)
        for name, table in tables.items():
            cursor.register(name, table)
        projects = {"first": PROJECTS[0], "second": PROJECTS[1]}
        cursor.execute(INSERT_VISITORS, {"seed": str(seed), **projects})
        cursor.execute(INSERT_ASSIGNMENTS)
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE arrived AS {SELECT_EVENTS}")
        cursor.execute(f"INSERT INTO base.events {event_rows('arrived')} ORDER BY s.event_id")
        cursor.execute("DROP TABLE arrived")
        for name in tables:
            cursor.unregister(name)
    return definitions


@dataclass(frozen=True, slots=True)
class _Streams:
    """Random columns; the same seed and name give the same numbers."""

    seed: int

    def uniform(self, name: str, size: int) -> Any:
        """Draw numbers that are uniform in [0, 1)."""
        np = import_extra("numpy")
        source = np.random.PCG64(np.random.SeedSequence([self.seed, zlib.crc32(name.encode())]))
        return np.random.Generator(source).random(size)

    def exponential(self, name: str, size: int, mean: float, most: float) -> Any:
        """Draw exponential numbers, none above `most`."""
        np = import_extra("numpy")
        return np.minimum(-mean * np.log1p(-self.uniform(name, size)), most)

    def normal(self, name: str, size: int) -> Any:
        """Draw standard normal numbers."""
        np = import_extra("numpy")
        radius = np.sqrt(-2 * np.log1p(-self.uniform(f"{name} radius", size)))
        return radius * np.cos(2 * np.pi * self.uniform(f"{name} angle", size))


def _draw(seed: int, visitors: int) -> dict[str, Any]:
    """Draw the raw tables: one row per visitor, per assignment, per conversion."""
    np, pa = import_extra("numpy"), import_extra("pyarrow")
    streams = _Streams(seed)
    ids = np.arange(1, visitors + 1)
    late = streams.uniform("returns", visitors) < 0.3
    quick = streams.uniform("quick", visitors) * 1200 * _SECOND
    slow = streams.exponential("slow", visitors, 3 * _DAY, 6 * _DAY)
    arrival = streams.uniform("arrival", visitors) * (_ARRIVALS / timedelta(microseconds=1))
    created = (_us(_FIRST) + arrival).astype("int64") // 1000 * 1000
    entered = created + np.where(late, slow, quick).astype("int64") // 1000 * 1000
    columns = {"visitor_id": ids, "created": created, "entered": entered}
    drawn = ("country", "device", "browser", "os", "source", "page", "campaign", "plan", "seats",
             "vip", "signup", "ref", "known", "pages", "click", "scroll", "stay")  # fmt: skip
    columns |= {name: streams.uniform(name, visitors) for name in drawn}
    second = ids > visitors * (1 - _SECOND_PROJECT)
    parts = [
        _experiment(streams, truth, ids, entered, second == bool(truth.project)) for truth in TRUTH
    ]
    joined = {
        kind: pa.concat_tables([pa.table(part[kind]) for part in parts])
        for kind in ("entries", "conversions")
    }
    return {"people": pa.table({**columns, "second": second}), **joined}


def _experiment(streams: _Streams, truth: Truth, ids: Any, entered: Any, eligible: Any) -> Any:
    """Draw the entries and conversions of one experiment."""
    np = import_extra("numpy")
    inside = eligible & (streams.uniform(f"{truth.test_id} enters", len(ids)) < truth.share)
    arms = np.searchsorted(
        np.cumsum([arm.weight for arm in truth.arms])[:-1],
        streams.uniform(f"{truth.test_id} arm", len(ids)),
        side="right",
    )
    serving = np.zeros(len(ids), bool)
    periods = truth.settings.get("serving_periods")
    if periods:  # nobody enters just before serving, so that each phase keeps its own truth
        start = _us(naive_utc(periods[0]["start"]))
        serving = entered >= start
        inside &= serving | (entered < start - 4 * _DAY)
        arms = np.where(serving, int(periods[0]["variant_id"]), arms)
    entries = {
        "test_id": np.full(inside.sum(), truth.test_id),
        "visitor_id": ids[inside],
        "serving": serving[inside],
        "variant": arms[inside],
        "entered": entered[inside],
    }
    conversions = _conversions(streams, truth, ids, entered, inside, arms)
    return {"entries": entries, "conversions": conversions}


def _conversions(
    streams: _Streams, truth: Truth, ids: Any, entered: Any, inside: Any, arms: Any
) -> dict[str, Any]:
    """Draw who converts, when, and what an order is worth (log-normal around the arm's mean)."""
    np = import_extra("numpy")

    def drawn(column: str) -> Any:
        """Draw one uniform column of this experiment."""
        return streams.uniform(f"{truth.test_id} {column}", len(ids))

    rates = np.array([arm.rate for arm in truth.arms])[arms]
    won = inside & (drawn("converts") < rates)
    lag = streams.exponential(f"{truth.test_id} lag", len(ids), 0.5 * _DAY, 3.9 * _DAY)
    values = np.array([arm.aov or np.nan for arm in truth.arms])[arms]
    spread = 0.5 * streams.normal(f"{truth.test_id} value", len(ids)) - 0.125
    return {
        "visitor_id": ids[won],
        "name": import_extra("pyarrow").array([truth.event] * int(won.sum()), "string"),
        "moment_us": (entered + lag.astype("int64") // 1000 * 1000)[won],
        "value": np.round(values * np.exp(spread), 2)[won],
        "foreign": drawn("currency")[won] < 0.1,
        "quantity": 1 + (3 * drawn("quantity")[won]).astype("int64"),
    }


def _us(at: datetime) -> int:
    """Return a UTC time as microseconds since 1970."""
    return int(at.replace(tzinfo=UTC).timestamp()) * _SECOND
