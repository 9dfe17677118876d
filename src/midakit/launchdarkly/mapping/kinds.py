"""A metric's kind -> a goal's type and value (pure)."""

from midakit.launchdarkly.mapping import urls
from midakit.launchdarkly.models import Metric

Trigger = dict[str, str]
Found = tuple[Trigger | None, list[str]]

CURRENCIES = frozenset({
    "aed", "ars", "aud", "bgn", "brl", "cad", "chf", "clp", "cny", "cop", "czk", "dkk", "egp", "eur",
    "gbp", "hkd", "huf", "idr", "ils", "inr", "jpy", "krw", "mxn", "myr", "nok", "nzd", "pen", "php",
    "pln", "ron", "rub", "sar", "sek", "sgd", "thb", "try", "twd", "uah", "usd", "vnd", "zar",
    "$", "€", "£", "¥", "₹", "dollar", "dollars", "euro", "euros", "pound", "pounds", "yen",
})  # fmt: skip
MINOR = frozenset({"cent", "cents", "pence", "¢"})


def trigger(metric: Metric) -> Found:
    """Return what triggers the goal of a metric.

    Args:
        metric: A metric as LaunchDarkly sends it.

    Returns:
        `goal_type`, `goal_value` and maybe `element_url`, or None; and warnings, which hold the reason.
    """
    match metric.kind:
        case "pageview":
            return urls.pageview(metric.urls)
        case "click":
            return _click(metric)
        case "custom":
            return _custom(metric)
        case "trace":
            return None, ["trace_unsupported"]
        case other:
            return None, [f"unknown_kind:{other}"]


def _click(metric: Metric) -> Found:
    if not metric.selector:
        return None, ["no_selector"]
    pages = urls.usable(metric.urls)
    if not pages:
        return None, ["no_urls"]
    goal = {"goal_type": "clickOnElement", "goal_value": metric.selector}
    if len(pages) == 1 and pages[0].kind in ("exact", "canonical"):
        return {**goal, "element_url": pages[0].value}, []
    return goal, ["click_url_scope_dropped"]


def _custom(metric: Metric) -> Found:
    if not metric.event_key:
        return None, ["no_event_key"]
    if not metric.is_numeric:
        return {"goal_type": "event", "goal_value": metric.event_key}, []
    unit = (metric.unit or "").strip().lower()
    if unit not in CURRENCIES and unit not in MINOR:
        return {"goal_type": "event", "goal_value": metric.event_key}, ["numeric_value_dropped"]
    warnings = ["revenue_needs_amount_on_event"]
    if unit in MINOR:
        warnings.append("revenue_minor_units")
    if metric.unit_aggregation_type == "average":
        warnings.append("average_per_unit_becomes_sum")
    return {"goal_type": "revenue", "goal_value": metric.event_key}, warnings
