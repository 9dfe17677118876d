"""Bytes become columns: quickly where they fit, row by row where they do not, with the same outcome."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.export.plan.spec import Spec
from midakit.export.rows.chunks import batches, read_contexts
from midakit.export.rows.fast_rows import SHORT_PAGE, read_page
from midakit.export.rows.tables import chunk
from midakit.export.rows.tolerant_rows import read_rows
from midakit.export.schemas import FLAG, INT, NUM, ROW, SHORT, SMALL, TIME, TOTALS, VARIANT
from midakit.mida import calls

AT = datetime(2026, 6, 1, tzinfo=UTC)
TIMES = st.sampled_from(
    ["2026-01-15T10:30:00.000Z", "2026-01-15T10:30:00+02:00", "2026-02-28T00:00:00Z", "2026-03-01T23:59:59.5Z"]
)  # fmt: skip
SENT = {
    INT: st.integers(-(2**63), 2**63 - 1) | st.integers(0, 9).map(str),
    SMALL: st.integers(-(2**31), 2**31 - 1),
    SHORT: st.integers(-(2**15), 2**15 - 1),
    NUM: st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    FLAG: st.booleans(),
    TIME: TIMES,
}


ODD = st.sampled_from(
    ["1.0", "1.5", " 1 ", "true", "FALSE", " true ", "null", "nan", "inf", "1e3", "", "yes", "0x1", "1_0",
     "20260101", "1700000000", "2026-01-01", "2026-01-01 10:00", "2026-13-01T00:00:00Z",
     1.0, 1.5, 2, 0, 1, True, False, 1700000000, 1700000000000, -1, 2**80, [], {}, ["a"]]
)  # fmt: skip


def spec(kind, number=7):
    build = {
        "results": calls.experiments.result,
        "timeseries": calls.experiments.timeseries,
        "metrics": calls.experiments.metrics,
    }[kind]
    return Spec(
        kind=kind, project="p", call=build(number),
        context=(("test_id", str(number)), ("segment", "s")),
    )  # fmt: skip


def some(columns):
    """Objects with some of these columns, each null, of its type, or odd."""
    fields = {
        name: st.none() | SENT.get(kind, st.text(max_size=5)) | ODD
        for name, kind in columns.items()
    }
    return st.fixed_dictionaries({}, optional=fields)


def read(kind, body, length=0):
    """The rows of an answer as a record batch, and the fields that have no column."""
    [found] = batches([chunk(spec(kind), [page_of(body, length)], AT)])
    return found


def page_of(body, length=0):
    """An answer of at least so many bytes: of a long one, the first row tells which columns to expect."""
    return json.dumps(body).encode().ljust(length)


def all_ways(kind, body):
    """The rows read in the fast ways, of a short and of a long page, and row by row."""
    fast = [read(kind, body, length)[0] for length in (0, SHORT_PAGE)]
    alike = chunk(spec(kind), [b"{}"], AT).shared
    [(slow, _)] = batches([read_rows(spec(kind), [page_of(body)], alike)])
    return [_comparable(batch) for batch in (*fast, slow)]


def _comparable(batch):
    """The rows, with what no column takes as objects: their fields may stand in another order."""
    return [{**row, "_extra": json.loads(row["_extra"] or "{}")} for row in batch.to_pylist()]


@settings(max_examples=60)
@given(rows=st.lists(some({"variant_id": "string", **ROW}), max_size=4))
def test_timeseries_read_quickly_are_those_read_row_by_row(rows):
    """Whatever the server leaves out, sends as null or as text."""
    body = {"success": True, "test_name": "x", "timeseries": rows}
    short, long, slow = all_ways("timeseries", body)
    assert short == long == slow


@settings(max_examples=60)
@given(rows=st.lists(some(VARIANT), max_size=4), totals=some(TOTALS))
def test_results_read_quickly_are_those_read_row_by_row(rows, totals):
    """The totals stand in every row."""
    short, long, slow = all_ways("results", {**totals, "success": True, "variants": rows})
    assert short == long == slow


DRIFT = st.fixed_dictionaries(
    {}, optional={"new": st.integers() | st.lists(st.text(max_size=3)), "Visitors": ODD}
)
"""Fields that have no column."""


@settings(max_examples=60)
@given(
    kind=st.sampled_from(["results", "timeseries"]),
    pages=st.lists(
        st.tuples(some(TOTALS), DRIFT, st.lists(st.tuples(some({**VARIANT, **ROW}), DRIFT), max_size=3)),
        min_size=1, max_size=6,
    ),
)  # fmt: skip
def test_answers_that_become_columns_together_are_those_read_alone(kind, pages):
    """Thousands of rows are converted at once; one that drifts changes no other, and nothing is lost."""
    rows = {"results": "variants", "timeseries": "timeseries"}[kind]
    known = {
        "results": {"variant_id": "string", **VARIANT},
        "timeseries": {"variant_id": "string", **ROW},
    }[kind]
    bodies = [
        {**totals, **drift, rows: [{k: v for k, v in row.items() if k in known} | new for row, new in sent]}
        for totals, drift, sent in pages
    ]  # fmt: skip
    specs = [spec(kind, number) for number in range(1, len(bodies) + 1)]
    data = [page_of(body, SHORT_PAGE * (number % 2)) for number, body in enumerate(bodies)]
    found = [chunk(one, [page], AT) for one, page in zip(specs, data, strict=True)]
    together = [
        row
        for batch, _ in batches([one for one in found if one.rows])
        for row in _comparable(batch)
    ]
    for one, page in zip(specs, data, strict=True):
        alone = read_rows(one, [page], chunk(one, [b"{}"], AT).shared)
        expected = [row for batch, _ in batches([alone]) for row in _comparable(batch)]
        assert [row for row in together if row["spec_id"] == one.id] == expected


def test_the_documented_answers_are_read_quickly():
    """The quick way is the usual one."""
    row = {
        name: {INT: 1, NUM: 1.5, TIME: "2026-01-01T00:00:00.000Z"}.get(kind, "x")
        for name, kind in ROW.items()
    }
    assert read_page("timeseries", page_of({"timeseries": [row]})) is not None
    body = {"status_code": 1, "variants": [{"variant_id": "0", "visitors": 3}]}
    assert read_page("results", page_of(body)) is not None


def test_the_rows_of_a_long_page_have_the_columns_of_its_first_row():
    """Which takes less; a page whose later rows have more columns is read all the same."""
    rows = [{"variant_id": "0", "visitors": n} for n in range(3)]
    page = read_page("timeseries", page_of({"timeseries": rows}, SHORT_PAGE))
    assert page.timeseries[2].__struct_fields__ == ("variant_id", "visitors")
    rows[2]["revenue"] = 2.5
    page = read_page("timeseries", page_of({"timeseries": rows}, SHORT_PAGE))
    assert [row.revenue for row in page.timeseries] == [None, None, 2.5]


@pytest.mark.parametrize(
    ("row", "column", "value", "extra"),
    [
        ({"visitors": "12"}, "visitors", 12, None),
        ({"visitors": 12.0}, "visitors", 12, None),
        ({"visitors": 12.5}, "visitors", None, {"visitors": 12.5}),
        ({"visitors": 2**70}, "visitors", None, {"visitors": 2**70}),
        ({"visitors": {"a": 1}}, "visitors", None, {"visitors": {"a": 1}}),
        ({"revenue": "12.5"}, "revenue", 12.5, None),
        ({"revenue": "much"}, "revenue", None, {"revenue": "much"}),
        ({"created_at": "yesterday"}, "created_at", None, {"created_at": "yesterday"}),
        ({"lift": [1]}, "visitors", None, {"lift": [1]}),
    ],
)
def test_what_fits_no_column_is_kept_and_counted(row, column, value, extra):
    """As JSON in `_extra`; numbers that came as text are numbers."""
    batch, drift = read("timeseries", {"timeseries": [row]})
    [found] = batch.to_pylist()
    assert found[column] == value
    assert (json.loads(found["_extra"]) if found["_extra"] else None) == extra
    assert dict(drift) == dict.fromkeys(extra or {}, 1)


def test_one_odd_row_costs_no_other():
    """A time that is none, among ninety rows of other calls: only its own row goes the slow way."""
    good = {"visitors": 1, "created_at": "2026-01-01T00:00:00Z"}
    pages = [
        {"timeseries": [good] * 3},
        {"timeseries": [good, {"created_at": "?", "visitors": 2}]},
        {"timeseries": [good]},
    ]
    chunks = [
        chunk(spec("timeseries", n), [json.dumps(page).encode()], AT)
        for n, page in enumerate(pages)
    ]
    table = pa.Table.from_batches([batch for batch, _ in batches(chunks)])
    assert table.num_rows == 6
    assert table["visitors"].to_pylist().count(1) == 5
    assert [one for one in table["_extra"].to_pylist() if one] == ['{"created_at": "?"}']


@pytest.mark.parametrize("drift", [{}, {"new": 1}])  # the fast way, and the one that takes anything
def test_days_that_were_asked_for_to_be_counted_are_left_out(drift):
    """A call with a lead gives the rows of its window; a row whose day nobody knows stays."""
    rows = [{"visitors": day, "created_at": f"2026-01-{day:02}T00:00:00Z"} for day in range(1, 8)]
    page = json.dumps({"timeseries": [*rows, {"visitors": 99}], **drift}).encode()
    found = []
    for window_start in ("2026-01-04", "2026-01-01"):
        made = Spec(
            kind="timeseries",
            project="p",
            call=calls.experiments.timeseries(7, start_date="2026-01-01", end_date="2026-01-07"),
            context=(("test_id", "7"), ("window_start", window_start)),
        )
        found.append(chunk(made, [page], AT))
    [(batch, _)] = batches(found)
    visitors = batch["visitors"].to_pylist()
    assert visitors == [4, 5, 6, 7, 99, *range(1, 8), 99]


def test_a_row_on_two_pages_of_a_listing_is_one_row():
    """Pages overlap by a row; rows without an id cannot be told apart, and all stay."""
    listing = Spec(kind="events", project="p", call=calls.events.list(), paged=True)
    pages = [
        {"events": [{"event_id": 1, "event_text": "a"}, {"event_id": 2, "event_text": "b"}]},
        {"events": [{"event_id": 2, "event_text": "b"}, {"event_id": 3, "event_text": "b"}]},
        {"events": [{"event_text": "c"}, {"event_text": "c"}]},
    ]
    [(found, _)] = batches([chunk(listing, [json.dumps(page).encode() for page in pages], AT)])
    assert found["event_id"].to_pylist() == [1, 2, 3, None, None]
    assert found["event_text"].to_pylist() == ["a", "b", "b", "c", "c"]


def test_metrics_are_long_and_named_by_their_definitions():
    """`result_2` is the second definition, whatever else the row holds."""
    body = {
        "metric_definitions": [
            {"metric_key": "a", "name": "A"}, {"metric_key": "b", "name": "B", "goal": {"goal_type": "click"}},
        ],
        "metrics": [{"variant_id": "0", "total": 10, "result_1": 1.0, "result_2": "2.5"}],
    }  # fmt: skip
    rows = read("metrics", body)[0].to_pylist()
    assert [(row["metric_key"], row["result"], row["total"]) for row in rows] == [
        ("a", 1.0, 10), ("b", 2.5, 10),
    ]  # fmt: skip
    assert rows[1]["metric_goal_type"] == "click"


def test_what_plans_say_is_read_as_columns():
    """A text that is no value of its column, and a call that says nothing, give null."""
    contexts = [
        (("test_id", "7"), ("window_start", "2026-01-01"), ("segment", "s")),
        (("test_id", "x"), ("window_start", "soon"), ("of no column", "1")),
        (),
    ]
    assert read_contexts(contexts) == {
        "test_id": [7, None, None],
        "window_start": [date(2026, 1, 1), None, None],
        "segment": ["s", None, None],
    }


def rows_of(kind, body, context=()):
    made = Spec(kind=kind, project="p", call=spec(kind).call, context=(("test_id", "7"), *context))
    found = chunk(made, [json.dumps(body).encode()], AT)
    return pa.Table.from_batches([batch for batch, _ in batches([found])]).to_pylist()


VARIANTS = [{"variant_id": "0", "visitors": 3}, {"variant_id": "1", "visitors": 4}]


def test_a_row_of_a_breakdown_has_the_totals_of_its_segment():
    """Not those of the whole report; a total that the segment does not say is null."""
    body = {
        "status_code": 1, "total_visitors": 900, "total_orders": 5, "days_running": 9, "breakdown_by": "device",
        "breakdowns": [{"criteria": "mobile", "total_visitors": 7, "variants": VARIANTS}],
    }  # fmt: skip
    for row in rows_of("results", body):
        assert (row["total_visitors"], row["total_orders"], row["days_running"]) == (7, None, 9)


def test_a_new_field_inside_a_nested_list_is_kept():
    """Once, with the first row that it is about."""
    body = {
        "breakdown_by": "device",
        "breakdowns": [
            {"criteria": name, "rpv": 1.0, "mood": f"{name} is new", "variants": VARIANTS}
            for name in ("mobile", "desktop")
        ],
    }
    kept = [row["_extra"] and json.loads(row["_extra"]) for row in rows_of("results", body)]
    assert kept == [{"mood": "mobile is new"}, None, {"mood": "desktop is new"}, None]
    body = {
        "metric_definitions": [{"metric_key": "m1", "name": "Clicks", "type": 2, "unit": "s"}],
        "metrics": [{"variant_id": str(n), "total": 4, "result_1": 2} for n in range(2)],
    }
    kept = [row["_extra"] and json.loads(row["_extra"]) for row in rows_of("metrics", body)]
    assert kept == [{"m1.unit": "s"}, None]


GOAL = {"goal_key": "buy", "goal_profile_id": 5, "goal_name": "Buy"}


@pytest.mark.parametrize("drift", [{}, {"new": 1}])  # the fast way, and the one that takes anything
@pytest.mark.parametrize("kind", ["results", "timeseries"])
@pytest.mark.parametrize(
    ("context", "sent", "reported"),
    [
        ((), {"primary_goal": GOAL}, ("buy", 5)),
        ((), {"primary_goal": {"goal_key": "old"}, "goal": GOAL}, ("buy", 5)),
        ((), {"goal": {"goal_key": "old"}, "selected_goal": GOAL}, ("buy", 5)),
        ((), {"goal": None, "selected_goal": "odd"}, (None, None)),
        ((("goal_key", "other"),), {"primary_goal": GOAL}, (None, None)),
        ((("goal_profile_id", "9"),), {"primary_goal": GOAL}, (None, None)),
        ((("goal_key", "other"),), {"goal": GOAL}, ("buy", 5)),
    ],
)
def test_a_row_says_which_goal_its_answer_is_about(drift, kind, context, sent, reported):
    """A primary goal that changes does not mix two goals in one series unnoticed."""
    rows = {"results": {"variants": VARIANTS}, "timeseries": {"timeseries": VARIANTS}}[kind]
    for row in rows_of(kind, {"status_code": 1, **rows, **sent, **drift}, context):
        assert (row["reported_goal_key"], row["reported_goal_profile_id"]) == reported
