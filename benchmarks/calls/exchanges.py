"""What is asked and answered: the sandbox's own answers, with the number that was asked for pasted in.

`result` is what most calls of most users bring, so the goals are about it; the others are smaller, larger,
with rows that lack fields, or sent with a body.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

FIRST = 100_000
"""Experiments are numbered from here on, six digits each."""

GOAL = {
    "goal_profile_id": 201, "goal_key": "checkout_started", "goal_name": "Checkout started",
    "goal_type": "event", "goal_value": "checkout_started",
}  # fmt: skip
SPLIT = {"traffic_weight": 50.0, "variant_status": "active"}
RESULT = {
    "success": True, "test_id": FIRST, "test_name": "Homepage headline", "status": "live", "status_code": 1,
    "start_date": "2026-03-20T08:00:00.000Z", "end_date": None, "days_running": 73,
    "primary_goal": {name: GOAL[name] for name in ("goal_name", "goal_type", "goal_value")},
    "stats_engine": "bayesian", "confidence_threshold_percent": 95, "is_serving": False,
    "traffic_allocation": 100, "distribution_mode": "equal", "is_mab": False, "selected_goal": GOAL,
    "report_phase": "all_time", "total_visitors": 191, "total_conversions": 9,
    "variants": [
        {"variant_id": "0", "name": "Control", "visitors": 91, "conversions": 2, "conversion_rate": 2.2,
         **SPLIT, "is_control": True},
        {"variant_id": "1", "name": "Benefit headline", "visitors": 100, "conversions": 7,
         "conversion_rate": 7.0, "improvement": 218.18, **SPLIT, "is_control": False},
    ],
    "has_revenue": False,
}  # fmt: skip
METRICS = {
    "success": True, "test_id": FIRST, "test_name": "Homepage headline", "report_phase": "all_time", "count": 2,
    "metric_count": 5,
    "metric_definitions": [
        {"metric_key": "thank_you_page", "metric_text": "goal_101", "name": "Thank you", "type": 2,
         "goal": {"goal_key": "thank_you_page", "goal_name": "Thank You Page", "goal_type": "pageview",
                  "goal_value": "/thank-you"}},
        {"metric_key": "cta_click", "metric_text": "goal_102", "name": "CTA clicks", "type": 2,
         "goal": {"goal_key": "cta_click", "goal_name": "CTA Click", "goal_type": "clickOnElement",
                  "goal_value": ".cta-button"}},
        *({"metric_key": key, "metric_text": key, "name": name, "type": 2} for key, name in (
            ("BounceRate", "Bounce rate"), ("_pageview", "Page views"), ("_engagement", "Engagement"))),
    ],
    "metrics": [
        {"variant_id": "0", "total": 91, "result_1": 12, "result_2": 15, "result_3": 43.96, "result_4": 142,
         "result_5": 42},
        {"variant_id": "1", "total": 100, "result_1": 11, "result_2": 13, "result_3": 37.0, "result_4": 163,
         "result_5": 44},
    ],
}  # fmt: skip
DISTRIBUTION = {
    "success": True, "test_id": FIRST, "test_name": "Homepage headline", "status": "live",
    "traffic_allocation": 100, "distribution_mode": "equal", "is_mab": False,
    "variants": [{"variant_id": "0", "name": "Control", **SPLIT},
                 {"variant_id": "1", "name": "Benefit headline", **SPLIT}],
}  # fmt: skip
EXPERIMENT = {
    "test_id": 1001, "test_name": "Homepage headline", "url": "https://shop.example.com/", "status": 1,
    "is_completed": 0, "created_at": "2026-03-20T08:00:00.000Z", "updated_at": "2026-03-20T08:00:00.000Z",
}  # fmt: skip
ROW = {
    "variant_id": "1", "converted": 2, "conversion": 8.5, "visitors": 31,
    "created_at": "2026-03-25T00:00:00.000Z", "updated_at": "2026-03-25T08:00:00.000Z",
}  # fmt: skip
"""A day of a goal without revenue: four of the ten fields that a row may have are not there."""


def page(count: int) -> dict[str, Any]:
    """A page of a listing."""
    return {
        "success": True,
        "company_id": FIRST,
        "count": count,
        "experiments": [EXPERIMENT] * count,
    }


def timeseries(count: int) -> dict[str, Any]:
    """A timeseries of so many rows."""
    head = {"success": True, "test_id": FIRST, "test_name": "Homepage headline"}
    return {
        **head,
        "selected_goal": GOAL,
        "report_phase": "all_time",
        "count": count,
        "timeseries": [ROW] * count,
    }


@dataclass(frozen=True)
class Exchange:
    """One kind of call: what contenders send by hand, what we build, and what is answered."""

    target: str
    """Below `/v2/project/p`, with the number."""
    answer: dict[str, Any]
    built: Callable[[Any, int], Any]
    """Makes our call from `midakit.mida.calls` and the number."""
    number: str = "test_id"
    """The field of the answer that holds the number."""
    sent: dict[str, Any] | None = None
    """The body of a POST."""

    def path(self, number: int) -> str:
        """Path and query of one call."""
        return f"/v2/project/p{self.target.format(number)}"

    def is_whole(self, answer: Any) -> bool:
        """Whether all of the answer has arrived and been read, typed or not."""
        lists = {name: value for name, value in self.answer.items() if isinstance(value, list)}
        return all(
            read(answer, name) == self.answer[name]
            for name in ("test_name", "comment", "count", "total_visitors", "report_phase")
            if name in self.answer
        ) and all(
            [read(row, key) for row in read(answer, name) for key in ROW_KEYS if key in value[0]]
            == [row[key] for row in value for key in ROW_KEYS if key in value[0]]
            for name, value in lists.items()
        )


ROW_KEYS = ("name", "metric_key", "visitors", "traffic_weight", "total", "test_id", "url")


def read(value: Any, name: str) -> Any:
    """A field of a model or of a dict."""
    return value[name] if isinstance(value, dict) else getattr(value, name)


EXCHANGES = {
    "result": Exchange(
        "/experiment/{}/result", RESULT, lambda calls, number: calls.experiments.result(number)
    ),
    "metrics": Exchange(
        "/experiment/{}/metrics", METRICS, lambda calls, number: calls.experiments.metrics(number)
    ),
    "distribution": Exchange(
        "/experiment/{}/distribution",
        DISTRIBUTION,
        lambda calls, number: calls.experiments.distribution(number),
    ),
    "timeseries": Exchange(
        "/experiment/{}/timeseries",
        timeseries(188),
        lambda calls, number: calls.experiments.timeseries(number),
    ),
    "page": Exchange(
        "/experiments?limit=200&offset={}",
        page(200),
        lambda calls, number: calls.experiments.list(limit=200, offset=number),
        number="company_id",
    ),
    "POST": Exchange(
        "/experiment/{}/discussion",
        {"success": True, "test_id": FIRST, "comment": "Looks good", "note": None},
        lambda calls, number: calls.comments.add(number, "Looks good"),
        sent={"comment": "Looks good"},
    ),
}


def encoded(answer: dict[str, Any]) -> bytes:
    """An answer as the sandbox writes it."""
    return json.dumps(answer, separators=(",", ":")).encode()
