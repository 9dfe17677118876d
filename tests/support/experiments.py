"""Experiments made up for reports: what the API would answer, and a client that is answered so."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import httpx

from midakit import Mida

EVIL = "<script>alert(1)</script>"
EVILS = (EVIL, '"><img src=x onerror=alert(1)>', "a & b </title></style>", "\x1b[31mred\x1b[0m\x07")
"""Names that would do something if they were more than names."""


def experiment(
    test_id=1,
    name="Shorter sign-up form",
    arms=(("Control", 4000, 320), ("Short form", 4050, 420)),
    *,
    weights=None,
    engine="bayesian",
    days=30,
    order_value=None,
    metrics=None,
    comments=(),
    url="https://shop.example.com/signup",
    goal="Sign-up",
    bandit=False,
    breakdowns=None,
):
    """Every answer about one experiment; `arms` are (name, visitors, conversions), Control first."""
    weights = weights or [100 / len(arms)] * len(arms)
    ref = {"goal_name": goal, "goal_type": "event", "goal_value": "signup", "goal_key": "signup"}
    head = {"success": True, "test_id": test_id, "test_name": name, "report_phase": "all_time"}
    variants = [
        variant(str(n), *arm, weight=weight, order_value=order_value)
        for n, (arm, weight) in enumerate(zip(arms, weights, strict=True))
    ]
    result = head | {
        "status": "live", "days_running": days, "stats_engine": engine, "is_mab": bandit,
        "distribution_mode": "mab" if bandit else "custom", "confidence_threshold_percent": 95,
        "selected_goal": ref, "primary_goal": ref, "is_serving": False, "traffic_allocation": 100,
        "total_visitors": sum(arm[1] for arm in arms), "variants": variants,
    }  # fmt: skip
    if breakdowns:
        result["breakdown_by"] = "device"
        result["breakdowns"] = [
            {
                "criteria": key, "total_visitors": sum(arm[1] for arm in found),
                "variants": [variant(str(n), *arm) for n, arm in enumerate(found)],
            }
            for key, found in breakdowns.items()
        ]  # fmt: skip
    return {
        "result": result,
        "timeseries": head | {"timeseries": list(_rows(arms, days, order_value))},
        "metrics": head | _metrics(metrics or {}, arms),
        "discussion": head | {"comments": list(comments)},
        "": {
            "test_id": test_id, "test_name": name, "url": url, "status": 1, "primary_goal": ref,
            "targeting": {"devices": ["desktop"], "browsers": [], "countries": ["DE", "FR"]},
        },
    }  # fmt: skip


def variant(variant_id, name, visitors, conversions, *, weight=None, order_value=None):
    """A variant's row of a result."""
    row = {
        "variant_id": variant_id, "name": name, "visitors": visitors, "conversions": conversions,
        "conversion_rate": round(100 * conversions / visitors, 2) if visitors else 0,
        "variant_status": "active", "is_control": variant_id == "0",
    }  # fmt: skip
    if weight is not None:
        row["traffic_weight"] = weight
    if order_value:
        row |= {"revenue": conversions * order_value, "orders": conversions, "currency": "EUR"}
    return row


def _rows(arms, days, order_value):
    """Daily increments that add up to the result, with a wave in the early conversions."""
    for day in range(days):
        for number, (_, visitors, conversions) in enumerate(arms):
            seen = _share(visitors, day, days)
            converted = _share(conversions, day, days, wave=3 * (-1) ** number)
            row = {"variant_id": str(number), "visitors": seen, "converted": converted}
            if order_value:
                spent = converted * order_value
                row |= {
                    "revenue": spent, "no_of_order": converted, "currency": "EUR",
                    "sum_sq_revenue": 1.3 * spent * order_value, "sum_sq_orders": converted,
                    "sum_revenue_orders_cross": spent,
                }  # fmt: skip
            moment = date(2026, 3, 2) + timedelta(days=day)
            yield row | {"created_at": f"{moment}T00:00:00.000Z"}


def _share(total, day, days, wave=0):
    def upto(n):
        bump = wave if 0 < n < days // 2 and total > 100 else 0
        return round(total * n / days) + bump

    return max(0, upto(day + 1) - upto(day))


def _metrics(metrics, arms):
    """`metrics` is name -> a figure for each arm."""
    rows = [{"variant_id": str(n), "total": arm[1]} for n, arm in enumerate(arms)]
    for number, figures in enumerate(metrics.values(), 1):
        for row, figure in zip(rows, figures, strict=True):
            row[f"result_{number}"] = figure
    definitions = [{"metric_key": name, "metric_text": name, "name": name} for name in metrics]
    return {"metrics": rows, "metric_definitions": definitions}


def client(*experiments):
    """A client whose answers are these experiments; anything else is a 404."""
    answers = {str(one[""]["test_id"]): one for one in experiments}

    def answer(request):
        if request.url.path.endswith("/configuration"):
            return httpx.Response(200, json={"configuration": {"frequentist_type": "0"}})
        if request.url.path.endswith("/experiments"):
            found = [one[""] for one in answers.values()]
            return httpx.Response(200, json={"success": True, "experiments": found})
        test_id, part = re.search(r"/experiment/(\d+)/?(\w*)$", request.url.path).groups()
        if test_id not in answers:
            return httpx.Response(404, json={"error": "Experiment not found"})
        found = answers[test_id][part]
        # as bytes: a lone control character is fine in JSON, and must reach the report
        body = json.dumps({"success": True, "experiment": found} if not part else found)
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})

    transport = httpx.MockTransport(answer)
    return Mida(
        "key", project_key="p", base_url="https://api.example.com/v2",
        http_client=httpx.Client(transport=transport),
    )  # fmt: skip


def report(*experiments, **options):
    """A report on them, always made at the same moment."""
    from dataclasses import replace

    with client(*experiments) as mida:
        made = mida.report([one[""]["test_id"] for one in experiments], **options)
    return replace(made, made_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC))


def hostile():
    """An experiment in which everything that can have a name has an evil one."""
    script, image, entity, escape = EVILS
    return experiment(
        name=script + image,
        arms=((entity, 4000, 320), (script, 4050, 420), (image + escape, 4020, 300)),
        url="javascript:alert(1)//" + image,
        goal=entity + script,
        order_value=40,
        metrics={script: (400, 420, 400), image: (1, 2, 3), escape: (38.5, 40.1, 37.0)},
        comments=[{"comment_id": 1, "comment": script + escape, "author_name": image}],
    )
