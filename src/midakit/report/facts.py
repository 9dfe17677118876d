"""What was tested: the facts above a verdict."""

from typing import Any

from midakit.core.printable import one_line
from midakit.report import phrasing
from midakit.report.experiment_data import ExperimentData
from midakit.report.html import Markup, join, link, name, tag
from midakit.stats import wording


def facts(one: ExperimentData) -> Markup:
    """Return what was tested, in a few words each.

    Args:
        one: The experiment with its answers and statistics.
    """
    result, details = one.result, one.details
    analysis = one.analysis
    status = getattr(result, "status", None)
    if status is None:
        status = getattr(details, "status", None)
    allocation = getattr(result, "traffic_allocation", None)
    told: list[tuple[str, Any]] = [
        ("Experiment", one.test_id),
        ("Status", getattr(status, "label", status)),
        ("Goal", name(analysis.goal) if analysis and analysis.goal else None),
        ("Days", _days(one)),
        ("Variants", _variants(one)),
        (
            "Visitors",
            wording.count(result.total_visitors) if result and result.total_visitors else None,
        ),
        ("Traffic", f"{allocation:g} %" if allocation is not None else None),
        ("Phase", _phase(result)),
        ("Audience", _audience(details)),
        ("Page", link(details.url) if details is not None and details.url else None),
    ]
    return tag(
        "dl",
        [tag("div", tag("dt", label), tag("dd", value)) for label, value in told if value],
        class_="facts",
    )


PHASES = {
    "pre_deploy": "the test, before a variant was served",
    "post_deploy": "since a variant is served",
    "all_time": "test and serving together",
}


def _phase(result: Any) -> str | None:
    """Worth a word only where something is served."""
    if result is None or not (result.is_serving or result.serving_variant_id):
        return None
    phase = str(result.report_phase or "")
    return PHASES.get(phase, phase)


def _days(one: ExperimentData) -> str | None:
    if one.result is None or one.result.days_running is None:
        return None
    days = [day.day for day in one.analysis.timeline] if one.analysis else []
    begin = one.result.effective_start_date or (days[0] if days else None)
    end = one.result.effective_end_date or (days[-1] if days else None)
    span = f" ({one_line(begin)} to {one_line(end)})" if begin and end else ""
    return f"{wording.count(one.result.days_running)}{span}"


def _variants(one: ExperimentData) -> Markup | None:
    arms = one.analysis.arms if one.analysis else ()
    names: list[Markup] = [name(arm.name) for arm in arms]
    if not names:
        return None
    return join([[", " if n else "", each] for n, each in enumerate(names)])


def _audience(details: Any) -> str | None:
    targeting = getattr(details, "targeting", None)
    if targeting is None:
        return None
    parts = [
        phrasing.listed([one_line(item) for item in found])
        for found in (targeting.devices, targeting.browsers, targeting.countries)
        if found
    ]
    return "; ".join(parts) or None
