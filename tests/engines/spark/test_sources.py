"""Spark reads what an export holds, and only asks for what a filter lets through."""

import json
import urllib.request
from collections import Counter
from datetime import datetime

import pytest

from support.engines import HOURS, KEY, exported, frame, of_export, of_frame, reports
from support.spark import MARKS

pytestmark = [*MARKS, pytest.mark.filterwarnings("ignore::FutureWarning")]

KINDS = ("experiments", "results", "timeseries", "metrics", "goals", "events")


def test_spark_reads_the_rows_that_an_export_holds(spark, sandbox, tmp_path):
    """All six tables: the same columns, the same rows."""
    wanted = {"start_date": "2026-05-13", "end_date": "2026-05-15"}
    assert exported(sandbox, tmp_path / "out", kinds=KINDS, **wanted).ok
    for table in KINDS:
        found = frame(spark, table, plan=str(tmp_path / "out"), end_date=None)
        assert of_frame(found) == of_export(tmp_path / "out", table), table
        assert found.count() > 0, table


def test_a_read_without_a_plan_makes_one(spark, sandbox):
    """The options mean what they mean to an export: segments, breakdowns, ids, two projects."""
    found = frame(
        spark, "results", testIds="1001,1002,2001", breakdowns="country",
        segments='{"mobile": "device == mobile"}',
        projects="SANDBOXxPROJECTxKEY001,SANDBOXxPROJECTxKEY002",
    )  # fmt: skip
    rows = found.select("project", "test_id", "segment", "breakdown_by").distinct().collect()
    seen = {(row.project[-1], row.test_id, row.segment, row.breakdown_by) for row in rows}
    assert seen == {
        (project, test, segment, by)
        for project, tests in (("1", (1001, 1002)), ("2", (2001,)))
        for test in tests for segment in (None, "mobile") for by in (None, "country")
    }  # fmt: skip


FILTERS = [
    ("results", "test_id = 1001", 2),
    ("results", "test_id in (1001, 1004) and segment = 'mobile'", 2),
    ("results", "segment is null", 6),
    ("results", "test_id <> 1003 and segment <> 'x'", 5),
    ("results", "test_id > 1004 and not segment like 'mob%'", 0),
    ("results", "window_end >= '2026-07-01'", 0),
    ("timeseries", "date < '2026-03-01'", 0),
    ("timeseries", "test_id = 1002 and date >= '2026-06-01'", 2),
    ("timeseries", "test_id = 1002 or visitors > 3", 12),
]


WIDE = {
    "testIds": "1001,1002,1003,1004,1005,1006",
    "segments": '{"mobile": "device == mobile"}',
}


@pytest.fixture(scope="module")
def full(session, server, tmp_path_factory):
    """Each table that is filtered, read whole and kept, and the place of its plan."""
    from midakit.engines.spark import register

    with register(session):
        found = {}
        for table in {table for table, *_ in FILTERS}:
            place = str(tmp_path_factory.mktemp(table))
            found[table] = frame(session, table, plan=place, **WIDE).persist(), place
        yield found
        for rows, _ in found.values():
            rows.unpersist()


@pytest.mark.parametrize(("table", "condition", "calls"), FILTERS)
def test_filters_leave_calls_out_and_change_no_row(spark, sandbox, full, table, condition, calls):
    """A filter on ids, segments or dates saves requests; the rows are those of a full read, filtered."""
    rows, place = full[table]
    expected = of_frame(rows.where(condition))
    before = sandbox.requests()[-1]["number"] if sandbox.requests() else 0
    again = frame(spark, table, plan=place, **WIDE).where(condition)
    assert of_frame(again) == expected
    assert len(reports(sandbox, before)) == calls


def test_filters_on_goals_and_days_of_events(spark, sandbox, tmp_path):
    """One goal of two is half of the calls; events are asked day by day, so a day is a call or three."""
    goals = "thank_you_page,add_to_cart_button"
    both = frame(spark, "results", plan=str(tmp_path / "g"), goals=goals)
    one = both.where("goal_key = 'thank_you_page'")
    assert {row.goal_key for row in one.collect()} == {"thank_you_page"}
    assert sum("add_to_cart" in seen for seen in reports(sandbox)) == 0
    events = frame(spark, "events", plan=str(tmp_path / "e"), start_date="2026-05-01")
    day = events.where("created_at >= '2026-05-15' and created_at < '2026-05-16'")
    before = sandbox.requests()[-1]["number"]
    found = day.collect()
    assert found
    assert {row.created_at.date().isoformat() for row in found} <= {"2026-05-15", "2026-05-16"}
    assert sum(seen["path"].endswith("/events") for seen in sandbox.requests(before)) <= 4


def test_a_frozen_plan_is_read_back_and_never_listed_again(spark, sandbox, tmp_path):
    """The second read lists nothing; other options for the same place are refused."""
    place = str(tmp_path)
    rows = of_frame(frame(spark, "results", plan=place))
    before = sandbox.requests()[-1]["number"]
    assert of_frame(frame(spark, "results", plan=place)) == rows
    assert of_frame(frame(spark, "results", plan=place, end_date=None)) == rows
    assert not [seen for seen in sandbox.requests(before) if seen["path"].endswith("/experiments")]
    with pytest.raises(Exception, match="holds a plan made for other options"):
        frame(spark, "results", plan=place, end_date="2026-05-31").count()
    with pytest.raises(Exception, match="is of results; it has no timeseries"):
        frame(spark, "timeseries", plan=place, end_date=None).count()


REFUSED = [
    ({"api_key": "SECRET-1"}, "a key must not be an option"),
    ({"accessToken": "SECRET-1"}, "register\\(spark, key="),
    ({"tabel": "SECRET-1"}, "'tabel' is not one of: kinds, segments"),
    ({"table": "tests"}, "'tests' is not one of: experiments, results"),
    ({"concurrency": "0"}, "not a whole number above 0"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED)
def test_wrong_options_are_refused_in_words(spark, options, words):
    """Above all a key: the error says where it belongs and does not repeat it."""
    with pytest.raises(Exception, match=words) as refused:
        frame(spark, options.pop("table", "results"), **options).count()
    assert "SECRET-1" not in str(refused.value)


def test_another_schema_is_refused(spark):
    """The tables' schemas are fixed."""
    with pytest.raises(Exception, match="the schema of results is fixed"):
        spark.read.format("midakit").schema("a int").option("table", "results").load().count()


def pages(session):
    """Spark's own pages about what it does, as its users open them."""
    base = session.sparkContext.uiWebUrl
    app = f"{base}/api/v1/applications/{session.sparkContext.applicationId}"
    for page in (f"{app}/environment", f"{app}/sql?details=true", f"{app}/jobs", f"{base}/SQL/"):
        with urllib.request.urlopen(page, timeout=600) as answer:
            yield answer.read().decode()


def test_the_key_shows_nowhere(session, sandbox, history, tmp_path, capsys):
    """Not in plans, settings, Spark's pages, its event log or the frozen plan; a failing job included."""
    from midakit.engines.spark import register

    with register(session, rps=500):
        found = frame(session, "results", plan=str(tmp_path))
        assert found.count() > 0
        sandbox.faults({"action": "status", "args": {"code": 400}, "path": "result$"})
        with pytest.raises(Exception, match="BadRequest") as failure:
            found.count()
        found.explain(mode="extended")
        shown = {
            "explain": capsys.readouterr().out,
            "logical": found._jdf.queryExecution().logical().toJSON(),
            "executed": str(found._jdf.queryExecution()),
            "settings": str(session.sparkContext.getConf().getAll()),
            "failure": str(failure.value),
            "plan": "".join(path.read_text() for path in tmp_path.iterdir()),
            "pages": "".join(pages(session)),
            "log": "".join(path.read_text() for path in history.rglob("events_*")),
        }
    for name in ("explain", "pages", "log"):
        assert "midakit" in shown[name], name
    assert not [name for name, text in shown.items() if KEY in text]


def test_a_function_of_yours_reads_the_key_where_it_is_used(session, sandbox, tmp_path):
    """`register(spark, key=...)` runs in planner and workers, and goes before their environment."""
    from midakit.engines.spark import register

    place = tmp_path / "secret"
    with register(session, key=lambda project: place.read_text().strip()):
        place.write_text("mk-wrong\n")
        with pytest.raises(Exception, match="401|Unauthorized") as refused:
            frame(session, "results").count()
        assert "mk-wrong" not in str(refused.value)
        place.write_text(f"{KEY}\n")
        assert frame(session, "results").count() > 0


def test_a_call_that_cannot_be_had_fails_the_job_and_says_which(spark, sandbox):
    """No silent hole: the error names the test; a filter leaves it out."""
    sandbox.faults({"action": "status", "args": {"code": 400}, "path": "1003/result$"})
    found = frame(spark, "results")
    with pytest.raises(Exception, match="'test_id': '1003'"):
        found.count()
    assert found.where("test_id <> 1003").count() > 0


def test_a_storm_of_429_changes_no_row(spark, sandbox):
    """A third of all requests refused: the same rows, each once."""
    calm = of_frame(frame(spark, "timeseries"))
    sandbox.faults(
        {"action": "status", "args": {"code": 429, "retry_after": 0.05}, "probability": 0.3}
    )
    assert of_frame(frame(spark, "timeseries")) == calm
    assert any(seen["status"] == 429 for seen in sandbox.requests())


def test_all_tasks_keep_one_rate(session, sandbox):
    """30 a second over four tasks, a fixed share each: 80 calls take as long as at that rate."""
    from midakit.engines.spark import register

    with register(session, rps=30) as registration:
        assert "30 a second, divided over the slots" in repr(registration)
        found = frame(
            session, "results", segments=HOURS, test_ids="1001,1002,1003,1004", partitions=4
        )
        assert found.select("spec_id").distinct().count() == 80
    times = sorted(
        datetime.fromisoformat(seen["at"]).timestamp()
        for seen in sandbox.requests() if seen["path"].endswith("/result")
    )  # fmt: skip
    at_that_rate = (80 - 4) / 30  # the first of each task does not wait
    assert (
        times[-1] - times[0] >= at_that_rate / 2
    )  # a quarter of it, were the rate each task's own
    assert not [seen for seen in sandbox.requests() if seen["status"] == 429]


def test_registering_twice_is_no_harm(session, sandbox):
    """The later registration holds, whatever becomes of the first."""
    from midakit.engines.spark import register

    with register(session, rps=1) as first:
        assert "rate 1 a second" in repr(first)
        with register(session, rps=500, slots=2) as second:
            assert frame(session, "results").rdd.getNumPartitions() == 2
            assert "500 a second" in repr(second)
            counted = Counter(row.test_id for row in frame(session, "results").collect())
    assert counted[1001] == 2


def test_json_of_segments_that_is_none_is_refused(spark):
    """With an example of how it should look."""
    with pytest.raises(Exception, match="it must be JSON such as"):
        frame(spark, "results", segments="mobile=device").count()
    with pytest.raises(Exception, match="column 1"):
        frame(spark, "results", segments=json.dumps({"x": "nosuch == 1"})).count()
