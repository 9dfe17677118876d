"""Every figure that the sandbox counts is the one that SQL counts over the same rows.

The rows are the reference data set with writes of every kind on top, and seeded data with traffic.
"""

import json
import random
from datetime import date, timedelta

import pytest

from midakit.sandbox.data.dataset_export import export_lines
from midakit.sandbox.data.seeded_visits import SEED_NOW, seed_visits
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.data.traffic import simulate
from midakit.sandbox.reports import ReportContext
from midakit.sandbox.reports.goal_report import prepare_goal_report
from midakit.sandbox.reports.goals import condition_of
from midakit.sandbox.reports.metrics import count_metrics, defined_metrics, metric_condition
from midakit.sandbox.reports.population import population
from midakit.sandbox.reports.report_query import read_report_query
from midakit.sandbox.reports.result import count_result
from midakit.sandbox.reports.timeseries import count_timeseries
from midakit.sandbox.state.visits import Visits
from support.sandbox_data import Sandboxed
from support.sandbox_oracle import Oracle
from support.sandbox_requests import any_request

UNIT = 10_000


class Pair:
    """One data set in the sandbox's store and in the oracle."""

    def __init__(self, visits, definitions, now):
        self.visits, self.definitions, self.now = visits, definitions, now
        lines = list(export_lines(definitions, visits))
        self.oracle = Oracle(lines, definitions.projects)

    def context(self, test_id):
        experiment = next(e for e in self.definitions.experiments if e["test_id"] == test_id)
        key = experiment["project_key"]
        project = next(p for p in self.definitions.projects if p["project_key"] == key)
        goals = [goal for goal in self.definitions.goals if goal["project_key"] == key]
        return ReportContext(project, experiment, goals, self.now)

    def difference(self, kind, test_id, params):
        """Return None, or what both counted."""
        context = self.context(test_id)
        ours = globals()[f"ours_{kind}"](self.visits, context, params)
        theirs = getattr(self.oracle, kind)(context, params)
        if kind == "timeseries":
            theirs = {key: money(row) for key, row in theirs.items()}
        return None if ours == theirs else (ours, theirs)

    def close(self):
        self.visits.close()
        self.oracle.close()


def ours_result(visits, context, params):
    report = prepare_goal_report(context, params)
    counts = count_result(visits, report, params.get("breakdown_by") or None)
    return {
        (segment, int(variant)): (arm.visitors, arm.conversions, arm.revenue, arm.orders)
        for segment, arms in counts.items()
        for variant, arm in arms.items()
        if arm.visitors
    }


def ours_timeseries(visits, context, params):
    with visits.lock:
        counts = count_timeseries(visits, prepare_goal_report(context, params))
    return {
        (date(1970, 1, 1) + timedelta(days=row.day), row.variant): (
            row.visitors, row.converted, row.revenue, row.orders, row.quantity, row.squares,
            row.order_squares, row.cross)
        for row in counts
    }  # fmt: skip


def ours_metrics(visits, context, params):
    metrics = defined_metrics(context, params, [])
    about = population(context, read_report_query(context, params))
    conditions = [metric_condition(metric, []) for metric in metrics]
    totals, counted = count_metrics(visits, about, conditions)
    return {
        variant: (totals[arm], *(n for counts in counted
                                 for n in (counts[arm].units, counts[arm].events, counts[arm].once)))
        for arm, variant in enumerate(about.variants)
        if totals[arm]
    }  # fmt: skip


def money(row):
    """Return a row of the oracle with money as whole numbers."""
    visitors, converted, revenue, orders, quantity, squares, order_squares, cross = row
    return (visitors, converted, revenue * UNIT, orders, quantity * UNIT, squares * UNIT**2,
            order_squares, cross * UNIT)  # fmt: skip


def written():
    """Return the reference data with events added, changed and deleted, and traffic."""
    sandbox, chance = Sandboxed(), random.Random(5)
    visits = sandbox.visits
    uuids = [text for text in visits.visitors.texts("uuid").words.texts if text]
    for uuid in chance.sample(uuids, 60):
        visitor = visits.find_visitor(uuid=uuid)
        name = chance.choice(("Purchase", "signup_completed", "manual_done", "goal_8804"))
        worth = {"revenue": chance.choice((10, "12.345678", 99.99995, -3, "1e3", None, "x")),
                 "currency": chance.choice(("EUR", "GBP", "USD", "SEK", None)),
                 "quantity": chance.choice((1, 2.5, None)), "item": {"sku": "a1"}}  # fmt: skip
        at = sandbox.now - timedelta(days=chance.randint(0, 60), microseconds=chance.randint(0, 9))
        visits.add_event(visitor, name, worth, at=at)
    for number in chance.sample(range(90001, 91200), 60):
        visits.delete_event(number)
    for number in chance.sample(range(90001, 91200), 60):
        visits.update_event(number, {"event_text": chance.choice(("Purchase", "!pageview")),
                                     "url": "https://shop.example.com/thank-you"})  # fmt: skip
    simulate(visits, sandbox.context(2301), 60, 3, chance)
    return Pair(visits, sandbox.definitions, sandbox.now)


def seeded():
    visits = Visits()
    return Pair(visits, seed_visits(visits, seed=11, sizes=Sizes(3000)), SEED_NOW)


SOURCES = {
    "written": (written, (2301, 2302, 2303),
                ("purchase", "signup_completed", "thank_you_page", "exact_cart", "product_confirm",
                 "checkout_regex", "cta_click", "trial_text", "stripe_link", "scroll_75"),
                ["purchase", "_pageview", "BounceRate", "_engagement", "cta_click", "nothing"]),
    "seeded": (seeded, (1001, 1005, 1006),
               ("purchase", "thank_you_page", "cta_click", "scroll_75", "stay_30s",
                "checkout_started", "signup_completed"),
               ["thank_you_page", "_pageview", "BounceRate", "_engagement", "purchase"]),
}  # fmt: skip


@pytest.fixture(scope="module", params=SOURCES)
def source(request):
    make, experiments, goals, metrics = SOURCES[request.param]
    pair = make()
    known = [goal["goal_key"] for goal in pair.definitions.goals]
    yield pair, experiments, [goal for goal in goals if goal in known], metrics
    pair.close()


def compare(source, seed, count):
    """Compare random requests; the first difference is shown as a request that can be sent."""
    pair, *choices = source
    chance, figures = random.Random(seed), 0
    for _ in range(count):
        kind, test_id, params = any_request(chance, *choices)
        found = pair.difference(kind, test_id, params)
        assert found is None, (kind, test_id, json.dumps(params), *found)
        figures += bool(ours_result(pair.visits, pair.context(test_id), {}))
    assert figures == count


def test_random_reports_agree_with_sql(source):
    """Visitors, conversions, orders, money and its squares are equal to the last digit."""
    compare(source, 1, 120)


@pytest.mark.soak
def test_thousands_of_random_reports_agree_with_sql(source):
    """The same for 2,900 requests."""
    compare(source, 2, 1450)


def test_every_goal_agrees_with_sql(source):
    """Every goal of the data set, whatever its type, is met by the same events."""
    pair, experiments, *_ = source
    for goal in pair.definitions.goals:
        for test_id in experiments:
            key = goal["goal_key"]
            if (
                goal["status"] == 1
                and condition_of(goal, [])
                and key in {g["goal_key"] for g in pair.context(test_id).goals}
            ):
                assert pair.difference("timeseries", test_id, {"goal_key": key}) is None, key
