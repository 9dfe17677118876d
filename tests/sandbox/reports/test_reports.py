"""Parameters, goals and headings of the reports."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from midakit.sandbox import reports
from midakit.sandbox.choices import CHOICES, SERVER_CHOICES
from midakit.sandbox.data.seeded_visits import seed_visits
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.reports.figures import ArmCounts, arm_figures, round2
from midakit.sandbox.reports.regions import REGIONS
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visits import Visits
from support.sandbox_data import Sandboxed


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"tz": "15"}, 400),
        ({"tz": "-14"}, 200),
        ({"tz": "Europe/Berlin"}, 400),
        ({"tz": "nan"}, 400),
        ({"min_count": "0"}, 400),
        ({"min_count": "1.5"}, 400),
        ({"min_count": "2.0"}, 200),
        ({"timeframe_days": "-1"}, 400),
        ({"timeframe_days": "0"}, 200),
        ({"timeframe_days": "0.5"}, 200),
        ({"start_date": "2026-3-1"}, 400),
        ({"start_date": "2026-02-30"}, 400),
        ({"start_date": "2026-04-02", "end_date": "2026-04-01"}, 400),
        ({"start_date": "0001-01-01", "end_date": "9999-12-31"}, 400),
        ({"report_phase": "later"}, 400),
        ({"goal_profile_id": "8801"}, 200),
        ({"goal_profile_id": "1"}, 404),
        ({"goal_key": "old_goal"}, 404),
        ({"filters": ""}, 400),
        ({"filter_by": "country-us"}, 400),
        ({"filter_by": " desktop , mobile ,"}, 200),
        ({"unheard_of": "x"}, 200),
    ],
)
def test_parameters(sandboxed, params, status):
    """Every parameter is checked as documented, on result and timeseries alike."""
    for endpoint in ("result", "timeseries"):
        assert sandboxed.ask(endpoint, 2301, **params)[0] == status


def test_breakdown_by_an_unknown_dimension_is_refused(sandboxed):
    """Fourteen dimensions and no other."""
    assert sandboxed.ask("result", 2301, breakdown_by="source")[0] == 400


def test_an_ignored_threshold_is_warned_about(sandboxed):
    """min_count on a page goal is ignored, and the answer says so."""
    body = sandboxed.result(goal_key="exact_cart", min_count="3", timeframe_days="1")
    assert body["total_conversions"] == sandboxed.result(goal_key="exact_cart")["total_conversions"]
    assert [warning.split()[0] for warning in body["warnings"]] == ["min_count", "timeframe_days"]


def test_a_one_sided_range_is_filled_in(sandboxed):
    """Only a start runs to today, only an end from the day of creation; both are echoed."""
    body = sandboxed.result(start_date="2026-03-27")
    assert body["query_start_date"] == "2026-03-27"
    assert body["effective_end_date"] == "2026-05-10"
    body = sandboxed.result(end_date="2026-03-27")
    assert body["effective_start_date"] == "2026-03-09"
    explicit = sandboxed.result(start_date="2026-03-09", end_date="2026-03-27")
    assert "effective_start_date" not in explicit
    assert explicit["total_visitors"] == body["total_visitors"]


@pytest.mark.parametrize(
    ("params", "echo"),
    [
        ({"start_date": "2026-05-10", "tz": "-10"}, ("2026-05-10", "2026-05-10")),
        ({"start_date": "2026-08-01"}, ("2026-08-01", "2026-08-01")),
        ({"end_date": "2026-01-01"}, ("2026-01-01", "2026-01-01")),
    ],
)
def test_one_date_alone_is_never_out_of_order(sandboxed, params, echo):
    """Today west of UTC, a start in the future and an end before creation are days without visitors."""
    for kind in ("result", "timeseries", "metrics"):
        status, body = sandboxed.ask(kind, 2301, **params)
        assert status == 200
        assert (body["effective_start_date"], body["effective_end_date"]) == echo
    assert sandboxed.result(**params)["total_visitors"] == 0


def test_where_the_goal_comes_from(sandboxed):
    """The project's default goal is named as such; a deleted own goal is still used."""
    assert sandboxed.result(2302)["selected_goal"]["goal_source"] == "global_default"
    assert "goal_source" not in sandboxed.result(2301)["selected_goal"]
    context = sandboxed.context(2301, goal_profile_id=8815)
    _, body = sandboxed.ask("result", 2301, context=context)
    assert body["selected_goal"]["goal_key"] == "old_goal"


def test_no_goal_at_all_counts_nothing(sandboxed):
    """Without any goal the report has visitors, no conversions and a null goal."""
    context = sandboxed.context(2302, goals=[])
    status, body = sandboxed.ask("result", 2302, context=context)
    assert (status, body["primary_goal"], body["total_conversions"]) == (200, None, 0)
    assert body["total_visitors"] == 101
    assert sandboxed.ask("timeseries", 2302, context=context)[1]["goal"] is None


def test_an_unreadable_pattern_matches_nothing(sandboxed):
    """A broken regular expression in a goal is a warning, not a failure."""
    goal = {"goal_profile_id": 1, "goal_key": "g", "goal_name": "G", "status": 1,
            "goal_type": "pageviewRegex", "goal_value": "(["}  # fmt: skip
    context = sandboxed.context(2301, goals=[goal])
    _, body = sandboxed.ask("result", 2301, context=context, goal_key="g")
    assert body["total_conversions"] == 0
    assert "pattern" in body["warnings"][0]


def test_metrics_by_key(sandboxed):
    """Keys name goals, attached events and built-ins; an unknown one is a warning."""
    status, body = sandboxed.ask(
        "metrics", 2301, metric_keys='["purchase", "_pageview"]', goal_keys="Purchase,nothing"
    )
    assert status == 200
    assert [d["metric_key"] for d in body["metric_definitions"]] == [
        "purchase", "_pageview", "Purchase",
    ]  # fmt: skip
    assert "nothing" in body["warnings"][0]
    assert set(body["metrics"][0]) == {"variant_id", "total", "result_1", "result_2", "result_3"}


@pytest.mark.parametrize(
    ("batch", "status", "results"),
    [("0", 200, {"result_1"}), ("[0,2]", 200, {"result_1", "result_3"}), ("9", 200, set()),
     ("-1", 400, None), ("[true]", 400, None), ("x", 400, None), ("[[0]]", 400, None)],
)  # fmt: skip
def test_metric_batches(sandboxed, batch, status, results):
    """A batch picks results by index from 0; out of range is a warning, nonsense a 400."""
    got, body = sandboxed.ask("metrics", 2301, metric_batch=batch)
    assert got == status
    if results is not None:
        assert set(body["metrics"][0]) - {"variant_id", "total"} == results
        assert ("warnings" in body) == (batch == "9")


@pytest.mark.parametrize(
    ("given", "weights", "mode"),
    [
        (None, [33.33, 33.33, 33.34], "equal"),
        ({"0": 1, "1": 1, "2": 2}, [25, 25, 50], "custom"),
        ([2, 0, 2], [50, 0, 50], "custom"),
        ('{"0": 50, "1": 50}', [50, 50, 0], "custom"),
        ("manual", [33.33, 33.33, 33.34], "equal"),
        ({"0": 0}, [33.33, 33.33, 33.34], "equal"),
    ],
)
def test_traffic_weights(sandboxed, given, weights, mode):
    """Configured shares become percents that sum to 100; weight 0 is paused."""
    context = sandboxed.context(2301, distribution=given)
    body = reports.distribution(sandboxed.visits, context, {})
    assert [v["traffic_weight"] for v in body["variants"]] == weights
    assert sum(weights) == pytest.approx(100)
    assert body["distribution_mode"] == mode
    paused = [v["variant_status"] == "paused" for v in body["variants"]]
    assert paused == [weight == 0 for weight in weights]


def test_mab_weights_are_null(sandboxed):
    """Under MAB no weight is told and every arm is active."""
    body = reports.distribution(sandboxed.visits, sandboxed.context(2303), {})
    assert {v["traffic_weight"] for v in body["variants"]} == {None}
    assert {v["variant_status"] for v in body["variants"]} == {"active"}


def test_the_documented_example_comes_out():
    """1480 visitors, 148 conversions, 6650.00 against 1500, 120, 5800.00: 25.0 and 16.02 percent."""
    control, variant = ArmCounts(1500, 120, 5800, 145), ArmCounts(1480, 148, 6650, 167)
    body = arm_figures(variant, control, "USD")
    assert (body["conversion_rate"], body["improvement"], body["rpv"]) == (10.0, 25.0, 4.49)
    assert (body["aov"], body["revenue_per_visitor_improvement"]) == (39.82, 16.02)
    assert round2(0.125) == 0.13


@pytest.fixture
def counted(monkeypatch):
    """How often each report was really counted."""
    from midakit.sandbox.state.memo import Memo

    seen, real = [], Memo.put

    def put(memo, key, value, version=None):
        if isinstance(key, tuple) and key[0] in ("result", "timeseries", "metric"):
            seen.append(key[0])
        real(memo, key, value, version)

    monkeypatch.setattr(Memo, "put", put)
    return seen


def test_a_report_is_counted_again_only_when_a_write_touched_it(counted):
    """While the clock runs, and after a write elsewhere, the counts are those of before."""
    sandbox = Sandboxed()

    def ask(kind="result", seconds=0, **params):
        context = sandbox.context(2301)
        later = reports.ReportContext(context.project, context.experiment, context.goals,
                                      context.now + timedelta(seconds=seconds))  # fmt: skip
        return sandbox.ask(kind, 2301, context=later, **params)[1]

    try:
        first = ask(goal_key="never")
        first["variants"].clear()
        series, metrics = ask("timeseries"), ask("metrics")
        assert counted[:3] == ["result", "timeseries", "metric"]
        counted.clear()
        visitor = sandbox.visits.find_visitor(uuid="Vis_0-C")
        sandbox.visits.add_event(visitor, "elsewhere", at=sandbox.now)
        assert ask(seconds=5, goal_key="never")["variants"]
        assert ask("timeseries", seconds=86400 * 3) == series
        assert ask("result", seconds=86400 * 3, goal_key="never")["days_running"] == (
            first["days_running"] + 3
        )
        assert counted == []
        sandbox.visits.add_event(visitor, "never_sent", {"revenue": "5.5"}, at=sandbox.now)
        after = ask(goal_key="never")
        assert (after["total_conversions"], after["total_revenue"]) == (1, 5.5)
        assert counted == ["result"]
        sandbox.visits.reset()
        assert ask(goal_key="never")["total_conversions"] == 0
        assert ask("metrics") == metrics
    finally:
        sandbox.visits.close()


def test_regions_and_choices_are_whole():
    """No country is in two regions, and the choices are numbered in order."""
    countries = [country for region in REGIONS.values() for country in region]
    assert len(countries) == len(set(countries)) > 200
    every = (*CHOICES, *SERVER_CHOICES)
    assert [choice.number for choice in every] == list(range(1, len(every) + 1))
    assert all(choice.title and choice.text for choice in every)


def test_every_choice_is_tagged_where_it_is_made():
    """`[choice N]` stands in the code for each number, and for no other one."""
    package = Path(reports.__file__).parents[1]
    texts = [file.read_text(encoding="utf-8") for file in package.rglob("*.py")]
    tagged = {int(number) for text in texts for number in re.findall(r"\[choice (\d+)\]", text)}
    assert tagged == {choice.number for choice in (*CHOICES, *SERVER_CHOICES)}


def order(visits, properties, at):
    visitor = visits.find_visitor(uuid="Vis_0-C")
    visits.add_event(visitor, "Purchase", properties, at=at)


def test_cost_of_goods_makes_gross_profit():
    """Rows have total_cogs and gross_profit when an order has its cost, in its own currency."""
    sandbox = Sandboxed()
    try:
        _, before = sandbox.ask("timeseries", 2301, goal_key="purchase")
        assert not {"total_cogs", "gross_profit"} & set(before["timeseries"][0])
        order(sandbox.visits, {"revenue": 100, "cogs": "40.5", "currency": "EUR"}, sandbox.now)
        _, after = sandbox.ask("timeseries", 2301, goal_key="purchase")
        rows = after["timeseries"]
        assert sum(row["total_cogs"] for row in rows) == pytest.approx(40.5 * 1.1)
        assert all(row["gross_profit"] == pytest.approx(row["revenue"] - row["total_cogs"])
                   for row in rows)  # fmt: skip
        last = rows[-1]
        assert (last["revenue"], last["total_cogs"]) == (pytest.approx(110), pytest.approx(44.55))
    finally:
        sandbox.visits.close()


def test_rows_of_a_duration_goal_say_how_long_and_when(sandboxed):
    """The mean seconds lie at or above the goal's; first and last event lie on the row's day."""
    goal = next(g for g in sandboxed.definitions.goals if g["goal_type"] == "duration")
    _, body = sandboxed.ask("timeseries", 2301, goal_key=goal["goal_key"], tz="5.5")
    told = [row for row in body["timeseries"] if "duration" in row]
    assert told
    assert all(row["duration"] >= float(goal["goal_value"]) for row in told)
    for row in told:
        assert row["start_date"] <= row["end_date"]
        assert row["start_date"][:10] == row["end_date"][:10] == row["created_at"][:10]
    _, other = sandboxed.ask("timeseries", 2301, goal_key="cta_click")
    assert not [row for row in other["timeseries"] if "duration" in row]


def test_utm_is_found_among_query_parameters():
    """queryparam on utm_campaign finds the visitors that utm on campaign finds."""
    visits = Visits()
    definitions = seed_visits(visits, sizes=Sizes(500))
    context = reports.ReportContext(definitions.projects[0], definitions.experiments[0],
                                    definitions.goals, naive_utc("2026-06-01"))  # fmt: skip

    def count(criteria, key, operator):
        rule = {"criteria": criteria, "key": key, "operator": operator, "value": "brand"}
        params = {"custom_filter": json.dumps([[rule]])}
        return reports.result(visits, context, params)["total_visitors"]

    for operator in ("==", "!=", "**", "ex", "nx"):
        found = count("queryparam", "utm_campaign", operator)
        assert found == count("utm", "campaign", operator) > 0
    visits.close()


def test_metric_text_is_documented(sandboxed):
    """A goal's metric_text is goal_ and its key, as in the documented example."""
    _, body = sandboxed.ask("metrics", 2301, goal_keys="purchase")
    assert body["metric_definitions"][0]["metric_text"] == "goal_purchase"
