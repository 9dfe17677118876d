"""Which charts an analysis has, and what each says in words."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from midakit.report import words
from midakit.report.charts import forest, lines, palette, shares
from midakit.report.charts.chart import Chart
from midakit.stats import Analysis, Arm, Comparison, Day, rate_interval
from midakit.stats.checks import Interval

_BANDS = 4
"""Of more arms than this no band can be told from the others."""
_DRAWN_DAYS = 60
"""More days than this are thinned out: a picture has no more room, and each has its interval."""


def charts(analysis: Analysis) -> list[Chart]:
    """Every chart that there are figures for."""
    found = [
        lift(analysis),
        traffic(analysis),
        rates(analysis),
        *differences(analysis),
        revenue(analysis),
    ]
    return [chart for chart in found if chart is not None]


def colours(analysis: Analysis) -> dict[str, str]:
    """variant_id -> colour, the same in every chart."""
    return {arm.variant_id: palette.arm(n) for n, arm in enumerate(analysis.arms)}


def lift_of(one: Comparison, analysis: Analysis) -> Interval | None:
    """The interval that goes with the engine."""
    figures = one.conversion
    return figures.lift_interval if analysis.method.engine == "bayesian" else figures.lift_ci


def stands_out(one: Comparison, analysis: Analysis) -> bool:
    """Better or worse by the engine's rule, in a comparison that may be made."""
    return analysis.verdict.kind != "invalid" and one.conversion.outcome in ("better", "worse")


def reading(lift: float | None, ends: Interval | None) -> str:
    """A lift with its interval, short."""
    if lift is None:
        return "no lift can be given"
    if ends is None:
        return words.signed(lift)
    return f"{words.signed(lift)} ({words.ends(ends)})"


def lift(analysis: Analysis) -> Chart | None:
    """Every treatment's lift in the conversion rate, with its interval."""
    seen = [one for one in analysis.comparisons if one.conversion.lift is not None]
    if not seen:
        return None
    tint = colours(analysis)
    marks = [
        forest.Mark(
            one.name,
            reading(one.conversion.lift, lift_of(one, analysis)),
            one.conversion.lift,
            lift_of(one, analysis),
            tint[one.variant_id],
            stands_out(one, analysis),
        )
        for one in seen
    ]
    told = "; ".join(map(str, marks))
    return Chart(
        "lift",
        "Lift in conversion rate over Control",
        f"{told}. The upright line is no change.",
        partial(forest.draw, marks, axis="better than Control →"),
    )


def rates(analysis: Analysis) -> Chart | None:
    """Conversion rates as they settled, day by day."""
    timeline = _thinned(analysis)
    days = _days(timeline)
    if len(days) < 2:
        return None
    tint = colours(analysis)
    banded = len(analysis.arms) <= _BANDS
    drawn = []
    for at, arm in enumerate(analysis.arms):
        seen = [day.arms[at] for day in timeline]
        drawn.append(
            lines.Line(
                arm.name,
                days,
                tuple(one.rate for one in seen),
                tuple(
                    _band(one.conversions, one.visitors, analysis) if banded else None
                    for one in seen
                ),
                tuple(one.visitors for one in seen),
                tint[arm.variant_id],
                dashed=at > 5,
            )
        )
    level = words.level(analysis.method.level)
    ends = "; ".join(
        f"{words.clean(arm.name)} {words.percent(arm.rate)} ({words.between(arm.interval)})"
        for arm in analysis.arms
    )
    return Chart(
        "rate",
        "Conversion rate, all visitors up to each day",
        f"From {days[0]} to {days[-1]}. At the end, with {level} intervals: {ends}.",
        partial(lines.draw, drawn),
        wide=True,
        note=(f"The bands are {level} intervals for one look at one day. " if banded else "")
        + "Early days swing: they stand on few visitors.",
    )


def _band(conversions: float, visitors: float, analysis: Analysis) -> Interval | None:
    if not visitors > 0 or conversions > visitors:
        return None
    method = analysis.method
    return rate_interval(conversions, visitors, prior=method.prior, level=method.level)


def differences(analysis: Analysis) -> list[Chart]:
    """Per treatment: the always-valid interval of the difference, day by day, on one scale."""
    timeline = _thinned(analysis)
    days = _days(timeline)
    found: list[tuple[Arm, lines.Line, Interval]] = []
    for at, arm in enumerate(analysis.arms):
        seen = [day.arms[at] for day in timeline] if days else []
        known = [one.confidence_sequence for one in seen if one.confidence_sequence is not None]
        if arm.is_control or len(known) < 2:
            continue
        line = lines.Line(
            arm.name,
            days,
            tuple(one.difference if one.confidence_sequence else None for one in seen),
            tuple(one.confidence_sequence for one in seen),
            tuple(one.visitors if one.confidence_sequence else 0.0 for one in seen),
            colours(analysis)[arm.variant_id],
        )
        found.append((arm, line, known[-1]))
    within = lines.limits([line for _, line, _ in found], zero=True)
    alone = len(found) == 1
    return [_difference(arm, line, last, within, alone=alone) for arm, line, last in found]


def _difference(
    arm: Arm, line: lines.Line, last: Interval, within: Interval, *, alone: bool
) -> Chart:
    if last[0] > 0:
        told = "lies wholly above 0: better, however often somebody looked"
    elif last[1] < 0:
        told = "lies wholly under 0: worse, however often somebody looked"
    else:
        told = "still holds 0: watched daily, this may be chance"
    ends = words.ends(last, decimals=2)
    return Chart(
        f"difference-{arm.variant_id}",
        f"{words.clean(arm.name)} less Control, in percentage points",
        f"The always-valid interval ({ends}) {told}.",
        partial(lines.draw, [line], zero=True, points=True, within=within),
        wide=alone,
        note=f"The band is an always-valid interval: it now runs from {ends} and {told}.",
    )


def _thinned(analysis: Analysis) -> list[Day]:
    days = analysis.timeline
    last = len(days) - 1
    if last < _DRAWN_DAYS:
        return list(days)
    return [days[round(n * last / (_DRAWN_DAYS - 1))] for n in range(_DRAWN_DAYS)]


def _days(timeline: Sequence[Day]) -> tuple[date, ...]:
    try:
        return tuple(date.fromisoformat(day.day) for day in timeline)
    except ValueError:  # whatever the server calls a day, it is no date
        return ()


def revenue(analysis: Analysis) -> Chart | None:
    """Revenue per visitor of every arm."""
    arms = [arm for arm in analysis.arms if arm.rpv is not None]
    if len(arms) < 2 or not any(arm.revenue for arm in arms):
        return None
    tint = colours(analysis)
    outcomes = {one.variant_id: one.rpv.outcome for one in analysis.comparisons if one.rpv}
    marks = [
        forest.Mark(
            arm.name,
            _amount(arm),
            arm.rpv,
            arm.rpv_interval,
            tint[arm.variant_id],
            arm.is_control or outcomes.get(arm.variant_id) in ("better", "worse"),
        )
        for arm in arms
    ]
    told = "; ".join(map(str, marks))
    missing = "" if arms[0].rpv_interval else " No intervals: the server sent no sums of squares."
    return Chart(
        "revenue",
        "Revenue per visitor",
        f"{told}. The upright line is Control.{missing}",
        partial(
            forest.draw, marks, axis=f"{words.clean(arms[0].currency or '')} per visitor".strip(),
            zero=arms[0].rpv, percent=False,
        ),
        wide=True,
        note=missing.strip(),
    )  # fmt: skip


def _amount(arm: Arm) -> str:
    if arm.rpv_interval is None:
        return words.money(arm.rpv, arm.currency)
    low, high = (words.money(end, None) for end in arm.rpv_interval)
    return f"{words.money(arm.rpv, arm.currency)} ({low} to {high})"


def traffic(analysis: Analysis) -> Chart | None:
    """Who got how many of the visitors, against the configured split."""
    total = sum(arm.visitors for arm in analysis.arms)
    if not total:
        return None
    weights = [arm.weight for arm in analysis.arms]
    whole = sum(weight or 0.0 for weight in weights)
    known = analysis.srm.expected is not None and whole > 0
    tint = colours(analysis)
    drawn = [
        shares.Share(
            arm.name,
            arm.visitors / total,
            (arm.weight or 0.0) / whole if known else None,
            tint[arm.variant_id],
        )
        for arm in analysis.arms
    ]
    told = "; ".join(f"{words.clean(share.label)} {share.reading}" for share in drawn)
    return Chart(
        "traffic",
        "Share of visitors" + (" against the configured split" if known else ""),
        f"{told}. {split_told(analysis)}",
        partial(shares.draw, drawn),
        note=split_told(analysis),
    )


def split_told(analysis: Analysis) -> str:
    """Does the traffic follow the split, in a sentence."""
    test = analysis.srm
    if test.mismatch is None:
        return f"Not tested: {test.reason}." if test.reason else "Not tested."
    p = f"chi-square p {words.p_value(test.p_value)}"
    if test.mismatch or analysis.srm_sequential.mismatch:
        return f"The traffic does not follow the split ({p})."
    return f"The traffic follows the split ({p})."


def compared(
    rows: Sequence[tuple[str, Analysis]],
    title: str,
    *,
    name: str,
    axis: str,
    decided: Callable[[str, Comparison, Analysis], bool] = lambda _, one, analysis: stands_out(
        one, analysis
    ),
) -> Chart | None:
    """Several analyses side by side: one row per name and treatment; undecided ones are open."""
    marks = []
    for label, analysis in rows:
        several = len(analysis.comparisons) > 1
        for one in analysis.comparisons:
            if one.conversion.lift is None:
                continue
            ends = lift_of(one, analysis)
            marks.append(
                forest.Mark(
                    one.name if several else label,
                    reading(one.conversion.lift, ends),
                    one.conversion.lift,
                    ends,
                    colours(analysis)[one.variant_id],
                    decided(label, one, analysis),
                    label if several else "",
                )
            )
    if not marks:
        return None
    told = "; ".join(map(str, marks))
    return Chart(
        name, title, f"{told}. The upright line is no change.",
        partial(forest.draw, marks, axis=axis), wide=True,
    )  # fmt: skip
