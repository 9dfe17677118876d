"""The sandbox's reports against the same questions in SQLite and Polars, and the time to seed.

    python -m benchmarks.sandbox_reports [--visitors 1000000] [--rounds 5]

One process, one data set. The sandbox is asked through its report function (parsing, all filters,
the body included); SQLite (indexed, only the needed columns) and Polars (in memory) get the same
question by hand. All three must give the same answer first.
"""

import argparse
import json
import sqlite3
from time import perf_counter, process_time

import polars as pl
import pyarrow as pa

from benchmarks import harness
from benchmarks.harness import Row, interleaved
from benchmarks.tables.spreads import divided
from midakit.sandbox import reports
from midakit.sandbox.data.seeded_visits import SEED_NOW, seed_visits
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.state.columns import MISSING
from midakit.sandbox.state.visits import Visits

TEST = 1005
FILTER = json.dumps(
    [
        [{"criteria": "country", "operator": "==", "value": country} for country in ("US", "CA")],
        [{"criteria": "device", "operator": "==", "value": "desktop"}],
        [{"criteria": "browser", "operator": "==", "value": "chrome"}],
    ]
)
QUESTIONS = {"result": {}, "result, filtered": {"custom_filter": FILTER}}
COLUMNS = {
    "visitors": ("visitor_id", "country", "device", "browser"),
    "assignments": ("test_id", "visitor_id", "variant", "entered_at"),
    "events": ("visitor_id", "event_type", "status", "event_text", "revenue", "created_at"),
}
WHERE = (
    "WHERE lower(v.country) IN ('us', 'ca') AND lower(v.device) = 'desktop' "
    "AND lower(v.browser) = 'chrome'"
)
SQL = """
WITH units AS (
  SELECT a.visitor_id, a.variant, a.entered_at FROM assignments a
  JOIN visitors v ON v.visitor_id = a.visitor_id AND a.test_id = 1005 {where}),
converted AS (
  SELECT u.variant, u.visitor_id, sum(e.revenue) revenue, count(e.revenue) orders
  FROM units u JOIN events e ON e.visitor_id = u.visitor_id
  WHERE e.event_type = 2 AND e.event_text = 'Purchase' AND e.status = 1
    AND e.created_at >= u.entered_at GROUP BY 1, 2)
SELECT variant, (SELECT count(*) FROM units u WHERE u.variant = c.variant), count(*),
  sum(revenue), sum(orders) FROM converted c GROUP BY variant ORDER BY variant
"""


def tables(visits):
    """Return the store's columns as Arrow tables, words in place of their numbers."""
    stored = {"visitors": visits.visitors, "assignments": visits.assignments,
              "events": visits.events.table}  # fmt: skip
    return {
        name: pa.table({column: cells(stored[name], column) for column in columns})
        for name, columns in COLUMNS.items()
    }


def cells(table, name):
    values = table.values(name)
    if name in ("country", "device", "browser", "event_text"):
        words = pa.array(table.texts(name).words.texts)
        return pa.DictionaryArray.from_arrays(values, words).cast(pa.string())
    return pa.array(values, mask=values == MISSING) if name == "revenue" else pa.array(values)


def load_sqlite(arrow):
    connection = sqlite3.connect(":memory:")
    for name, table in arrow.items():
        connection.execute(f"CREATE TABLE {name} ({', '.join(table.column_names)})")
        marks = ", ".join("?" * table.num_columns)
        rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
    connection.executescript(
        "CREATE UNIQUE INDEX v ON visitors (visitor_id, country, device, browser);"
        "CREATE INDEX a ON assignments (test_id, visitor_id, variant, entered_at);"
        "CREATE INDEX e ON events (visitor_id, event_type, event_text); ANALYZE;"
    )
    return connection


def ask_polars(frames, filtered):
    visitors = frames["visitors"].lazy()
    if filtered:
        visitors = visitors.filter(
            pl.col("country").str.to_lowercase().is_in(["us", "ca"])
            & (pl.col("device").str.to_lowercase() == "desktop")
            & (pl.col("browser").str.to_lowercase() == "chrome")
        )
    units = frames["assignments"].lazy().filter(pl.col("test_id") == TEST)
    units = units.join(visitors.select("visitor_id"), on="visitor_id")
    orders = (
        frames["events"]
        .lazy()
        .filter(
            (pl.col("event_type") == 2)
            & (pl.col("event_text") == "Purchase")
            & (pl.col("status") == 1)
        )
    )
    converted = (
        units.join(orders, on="visitor_id")
        .filter(pl.col("created_at") >= pl.col("entered_at"))
        .group_by("variant", "visitor_id")
        .agg(pl.col("revenue").sum(), pl.col("revenue").count().alias("orders"))
        .group_by("variant")
        .agg(pl.len().alias("conversions"), pl.col("revenue").sum(), pl.col("orders").sum())
    )
    counted = units.group_by("variant").agg(pl.len().alias("visitors"))
    table = counted.join(converted, on="variant").sort("variant").collect()
    return table.select("variant", "visitors", "conversions", "revenue", "orders").rows()


def rounded(rows):
    """Return rows with money from ten-thousandths, rounded halves up as the sandbox does."""
    return [(v, n, c, (money + 50) // 100 / 100, orders) for v, n, c, money, orders in rows]


def from_body(body):
    return [
        (int(arm["variant_id"]), arm["visitors"], arm["conversions"], arm["revenue"], arm["orders"])
        for arm in body["variants"]
    ]


def timed(ask):
    start = perf_counter()
    answer = ask()
    return perf_counter() - start, answer


def compared(question, asks, rounds):
    """Return the times of the others over the sandbox's, after all gave the same answer."""
    answers = {name: ask() for name, ask in asks.items()}
    assert all(answer == answers["sandbox"] for answer in answers.values()), answers
    works = {name: lambda ask=ask: timed(ask)[0] for name, ask in asks.items()}
    found = interleaved(works, rounds)
    return [
        Row(question, name, divided(taken, found["sandbox"]))
        for name, taken in found.items()
        if name != "sandbox"
    ]


GOALS = {
    2_000: {"result": 0.0015, "timeseries": 0.0015, "metrics": 0.0015},
    1_000_000: {"result": 0.008, "timeseries": 0.015, "metrics": 0.015},
}
"""Seconds of processor time that a report filtered by two criteria may take."""
SEEDING = 8.0
DEVICES, COUNTRIES = (
    ("desktop", "mobile", "tablet"),
    ("US", "GB", "DE", "CA", "IN", "BR", "FR", "JP"),
)


def asked(visits, context, kind):
    """Return the processor seconds of one report, each time with a filter never asked before."""
    filters = [
        json.dumps([[{"criteria": "country", "operator": "==", "value": country}],
                    [{"criteria": "device", "operator": "==", "value": device}]])
        for country in COUNTRIES for device in DEVICES
    ]  # fmt: skip
    report = getattr(reports, kind)
    visits.counts.clear()
    report(visits, context, {})  # columns and events are there, as after any first report
    start = process_time()
    for text in filters:
        report(visits, context, {"custom_filter": text})
    return (process_time() - start) / len(filters)


def against_goals(visits, context, visitors, rounds):
    return [
        Row(f"processor time for a {kind} filtered by two criteria, {visitors:,} visitors",
            f"{goal * 1000:g} ms",
            [asked(visits, context, kind) / goal for _ in range(rounds)], at_most=1)
        for kind, goal in GOALS.get(visitors, {}).items()
    ]  # fmt: skip


def seeded(visitors):
    """Return a store, the context of its experiment with orders, and the seconds it took."""
    visits = Visits()
    start = process_time()
    definitions = seed_visits(visits, sizes=Sizes(visitors))
    taken = process_time() - start
    experiment = next(e for e in definitions.experiments if e["test_id"] == TEST)
    project = definitions.projects[0]
    goals = [g for g in definitions.goals if g["project_key"] == project["project_key"]]
    return visits, reports.ReportContext(project, experiment, goals, SEED_NOW), taken


def main(visitors, rounds):
    small, context, _ = seeded(2_000)
    rows = against_goals(small, context, 2_000, rounds)
    visits, context, seeding = seeded(visitors)
    rows += against_goals(visits, context, visitors, rounds)
    if visitors == 1_000_000:
        rows.append(Row("processor time to seed 1,000,000 visitors", f"{SEEDING:g} s",
                        [seeding / SEEDING], at_most=1))  # fmt: skip
    arrow = tables(visits)
    frames = {name: pl.from_arrow(table) for name, table in arrow.items()}
    connection = load_sqlite(arrow)
    for title, params in QUESTIONS.items():
        sql = SQL.format(where=WHERE if params else "")

        def ours(given=params):
            visits.counts.clear()
            return from_body(reports.result(visits, context, given))

        asks = {
            "sandbox": ours,
            "SQLite": lambda s=sql: rounded(connection.execute(s).fetchall()),
            "Polars": lambda p=params: rounded(ask_polars(frames, bool(p))),
        }
        rows += compared(title, asks, rounds)
    connection.close()
    resetting, _ = timed(visits.reset)
    rows.append(Row("seconds of a reset", "seeding anew", [seeding / resetting]))
    note = f"The sandbox's over the goal; theirs over the sandbox's, {visitors:,} visitors."
    harness.tell("The sandbox's reports", rows, note)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--visitors", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = harness.options(parser)
    main(given.visitors, given.rounds)
