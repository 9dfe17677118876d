"""How each figure was made: every choice behind a report, and every figure with its name."""

from collections.abc import Mapping
from typing import Any

from midakit.report.html import Markup, join, name, tag
from midakit.stats import Analysis, Method, wording


def record(analysis: Analysis) -> Markup:
    """Return two folded parts: the method in words, and every number.

    Args:
        analysis: What the statistics say about the experiment.
    """
    return join(
        tag("h3", "Method"),
        tag("details", tag("summary", "How these figures were made"), _told(analysis)),
        tag(
            "details",
            tag("summary", "Every figure and every choice"),
            _every(analysis),
            class_="raw",
        ),
    )


def _told(analysis: Analysis) -> Markup:
    rows = told(analysis.method)
    return tag(
        "dl", [[tag("dt", label), tag("dd", sentence)] for label, sentence in rows], class_="method"
    )


def told(method: Method) -> list[tuple[str, str]]:
    """Return the choices of a method as sentences.

    Args:
        method: How the figures were computed.
    """
    level, threshold = wording.level(method.level), wording.level(method.threshold)
    if method.engine == "bayesian":
        rule = f"Bayesian: a winner needs a chance to beat Control of {threshold}."
    else:
        tails = "two-tailed" if method.alternative == "two-sided" else "one-tailed"
        rule = f"Frequentist, {tails}: a winner needs p under {method.alpha:.2g}."
    if method.horizon:
        rule = (
            f"Planned end: {method.horizon.text}. A winner has to cross a bound that spends an error rate "
            f"of {method.alpha:.2g} over all looks ({method.horizon.spending}); both sides alike."
        )
    a, b = method.prior
    origins = ", ".join(f"{what}: {source}" for what, source in method.sources.items())
    minimum = (
        f"Under {method.min_visitors:g} visitors or {method.min_conversions:g} conversions in a "
        f"variant nothing is decided. Lifts under {wording.level(method.min_effect)} count as "
        "no difference."
    )
    exact = (
        f"Exact Beta-Binomial with a Beta({a:g}, {b:g}) prior; intervals hold the middle {level}. "
        "Nothing is simulated."
    )
    tests = (
        f"z test with {method.variance} variance and {method.interval} intervals; p corrected "
        f"over variants ({method.correction}), as are chances to beat Control."
    )
    revenue = (
        "Welch's test and a normal posterior from sums of squares over visitors, with the larger of the "
        "pooled and the unpooled variance; Fieller's interval of the lift. Without sums of squares: "
        "bounds only, never a winner."
    )
    always = (
        f"Confidence sequences, tightest at {method.tuning:,.0f} visitors: they hold however often "
        "somebody looks."
    )
    split = (
        f"A sequential test against the configured weights at {method.srm_sequential_alpha:g} decides, "
        f"and chi-square at {method.srm_alpha / 10:g}. Periods with another split are compared one by one."
    )
    risk = (
        "Expected loss of shipping, as a share of Control's rate; under 1 % very safe, under 5 % "
        "safe."
    )
    return [
        ("Rule", f"{rule} Taken from: {origins}." if origins else rule),
        ("Minimum", minimum),
        ("Rates", exact),
        ("Tests", tests),
        ("Revenue", revenue),
        ("Always-valid", always),
        ("Split", split),
        ("Days", f"Rows of the timeseries are {method.rows}." if method.rows else "No timeseries."),
        ("Risk", risk),
    ]


def _every(analysis: Analysis) -> Markup:
    plain = analysis.to_dict()
    groups: list[tuple[str, Mapping[str, Any]]] = [("Choices", plain["method"])]
    for one, found in zip(analysis.comparisons, plain["comparisons"], strict=True):
        groups += [
            (f"{one.name}: {title}", found[key])
            for key, title in (
                ("conversion", "conversion rate"),
                ("rpv", "revenue per visitor"),
                ("aov", "order value"),
            )
            if found[key]
        ]
    groups += [("Split", plain["srm"]), ("Split, always-valid", plain["srm_sequential"])]
    return join([[tag("h4", name(title)), _listed(values)] for title, values in groups])


def _listed(values: Mapping[str, Any]) -> Markup:
    reasons = values.get("reasons") or {}
    rows = [
        [tag("dt", key), tag("dd", _value(key, value, reasons.get(key)))]
        for key, value in values.items()
        if key not in ("reasons", "sources")
    ]
    return tag("dl", rows, class_="method")


def _value(key: str, value: Any, reason: str | None = None) -> str:
    if value is None:
        return f"none: {reason}" if reason else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, list):
        between = " to " if key.endswith(("_ci", "interval", "sequence")) else ", "
        return between.join(_value(key, item) for item in value)
    return str(value)
