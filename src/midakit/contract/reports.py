"""Questions about the details of an experiment and its reports (pure)."""

import math
from typing import Any

from midakit.contract.question import Judgement, ReadReply, question, same_visitors, visitors_of


def _variants(reply: ReadReply) -> list[dict[str, Any]]:
    return reply.rows("variants")


def _digits(numbers: list[float]) -> int:
    """Return after how many digits all of these numbers end; 6 or more counts as unrounded."""
    return next((n for n in range(6) if all(abs(one - round(one, n)) < 1e-9 for one in numbers)), 6)


def _rounding(digits: int) -> str:
    return "not rounded" if digits >= 6 else f"rounded to {digits} digits"


@question("details-variant-id", "What number does Control have in the details?", "1", "details")
def _details_variant_id(reply: ReadReply) -> Judgement:
    """Look at the first stored variant."""
    first = reply.body["experiment"]["variants"][0]["variant_id"]  # type: ignore[index]
    return str(first) == "1", f"{type(first).__name__} {first if str(first) in '01' else 'other'}"


@question("details-variant-name", "How do the details show the label of a variant?",
          "behind the fixed name and a dash, and as `nickname`", "details")  # fmt: skip
def _details_variant_name(reply: ReadReply) -> Judgement:
    """Look at the name of the second stored variant."""
    if len(reply.body["experiment"]["variants"]) < 2:  # type: ignore[index]
        return None, "there is no treatment"
    stored = reply.body["experiment"]["variants"][1]  # type: ignore[index]
    name, nickname = str(stored["name"]), stored.get("nickname")
    if not nickname:
        return None, "the variant has no label"
    forms = {f"Variant 1 — {nickname}": "behind a dash", "Variant 1": "as `nickname` only",
             nickname: "instead of the name"}  # fmt: skip
    return name.startswith("Variant 1 — "), forms.get(name, "in another way")


@question(
    "details-flags", "Are flags of the details 0 and 1, or booleans?", "both are read", "details"
)
def _details_flags(reply: ReadReply) -> Judgement:
    """Look at two flags."""
    stored = reply.body["experiment"]  # type: ignore[index]
    kinds = {type(stored.get("is_completed")).__name__,
             type(stored["configuration"].get("is_mab")).__name__}  # fmt: skip
    return kinds <= {"int", "bool", "NoneType"}, ", ".join(sorted(kinds))


@question("details-targeting", "Which rules of targeting do the details show?",
          "devices, browsers and countries", "details")  # fmt: skip
def _details_targeting(reply: ReadReply) -> Judgement:
    """Look at the names."""
    names = sorted(reply.body["experiment"]["targeting"])  # type: ignore[index]
    return names == ["browsers", "countries", "devices"], ", ".join(names)


@question(
    "result-status", "Is the status of a result a word or a number?", "both are read", "result"
)
def _result_status(reply: ReadReply) -> Judgement:
    """Look at the field, and whether the number stands beside it."""
    kind = type(reply.get("status")).__name__
    beside = "with" if "status_code" in (reply.body or {}) else "without"
    return kind in ("str", "int"), f"{kind}, {beside} status_code"


@question(
    "result-variant-id", "How are variants numbered in reports?", 'text, "0" is Control', "result"
)
def _result_variant_id(reply: ReadReply) -> Judgement:
    """Look at the ids."""
    ids = [one["variant_id"] for one in _variants(reply)]
    wanted = [str(place) for place in range(len(ids))]
    return ids == wanted, "text from 0" if ids == wanted else f"{type(ids[0]).__name__}, otherwise"


@question("result-variant-name", "Does a result show labels or fixed names of variants?",
          "either; variants are told by their ids", "result")  # fmt: skip
def _result_variant_name(reply: ReadReply) -> Judgement:
    """Look at the name of the first treatment."""
    if len(_variants(reply)) < 2:
        return None, "there is no treatment"
    name = str(_variants(reply)[1]["name"])
    return True, "fixed names" if name == "Variant 1" else "labels"


@question("rate-is-percent", "Is a conversion rate a percent, and how is it rounded?",
          "percent, rounded to 2 digits", "result")  # fmt: skip
def _rate_is_percent(reply: ReadReply) -> Judgement:
    """Compute the rates from the counts."""
    rows = [one for one in _variants(reply) if one["visitors"]]
    if not any(one["conversions"] for one in rows):
        return None, "no conversions"
    rates = [float(one["conversion_rate"]) for one in rows]
    exact = [100 * one["conversions"] / one["visitors"] for one in rows]
    digits = _digits(rates)
    if any(abs(a - b) > 0.51 * 10**-digits for a, b in zip(rates, exact, strict=True)):
        return False, "not conversions of visitors in percent"
    return digits <= 2, f"percent, {_rounding(digits)}"


@question("improvement", "Is an improvement computed from exact or from rounded rates?",
          "from exact rates, compared with a tolerance", "result")  # fmt: skip
def _improvement(reply: ReadReply) -> Judgement:
    """Compute it both ways."""
    control, *others = _variants(reply)
    compared = [row for row in others if row["visitors"] and row.get("improvement") is not None]
    if not compared or not control["visitors"] or not control["conversions"]:
        return None, "there is none"
    one = compared[0]
    said = float(one["improvement"])
    exact = _lift(
        one["conversions"] / one["visitors"], control["conversions"] / control["visitors"]
    )
    shown = float(control["conversion_rate"])
    rounded = _lift(float(one["conversion_rate"]), shown) if shown else math.nan
    fits = [
        word for word, lift in (("exact", exact), ("rounded", rounded)) if abs(said - lift) < 0.0051
    ]
    return bool(fits), f"from {' or '.join(fits)} rates" if fits else "otherwise"


def _lift(new: float, old: float) -> float:
    return (new - old) / old * 100


@question("rpv", "Is revenue per visitor the revenue divided by visitors, and how is it rounded?",
          "it is, rounded to 2 digits", "result")  # fmt: skip
def _rpv(reply: ReadReply) -> Judgement:
    """Compute it."""
    rows = [one for one in _variants(reply) if one["visitors"] and one.get("rpv") is not None]
    if not rows:
        return None, "no revenue"
    said = [float(one["rpv"]) for one in rows]
    exact = [float(one["revenue"]) / one["visitors"] for one in rows]
    digits = _digits(said)
    fits = all(abs(a - b) <= 0.51 * 10**-digits for a, b in zip(said, exact, strict=True))
    return fits and digits <= 2, _rounding(digits) if fits else "otherwise"


@question(
    "result-goal", "Under which name does a result show its goal?", "`primary_goal`", "result"
)
def _result_goal(reply: ReadReply) -> Judgement:
    """Look for the three names that the documentation uses."""
    names = [one for one in ("primary_goal", "selected_goal", "goal") if reply.get(one)]
    return names[:1] == ["primary_goal"] if names else None, ", ".join(names) or "none"


@question("report-phase", "Is the phase shown when nobody asked for one?", "it may be", "result")
def _report_phase(reply: ReadReply) -> Judgement:
    """Look for the field."""
    phase = reply.get("report_phase")
    return phase in (None, "pre_deploy", "post_deploy", "all_time"), str(phase)


@question("weights", "Do the weights of the variants sum to 100?", "they do, unless a bandit moves them",
          "distribution")  # fmt: skip
def _weights(reply: ReadReply) -> Judgement:
    """Sum them."""
    found = [float(one["traffic_weight"]) for one in _variants(reply)
             if one.get("traffic_weight") is not None]  # fmt: skip
    if not found:
        return None, "no weights"
    return abs(
        sum(found) - 100
    ) < 0.1, f"sum {'100' if abs(sum(found) - 100) < 0.1 else 'otherwise'}"


@question("breakdown", "How does a breakdown name its groups?", "`criteria` in each of `breakdowns`",
          "result by device")  # fmt: skip
def _breakdown(reply: ReadReply) -> Judgement:
    """Look at the first group."""
    groups = reply.rows("breakdowns")
    if not groups:
        return None, "no groups"
    kind = type(groups[0].get("criteria")).__name__
    return "criteria" in groups[0], f"criteria is {kind}" if "criteria" in groups[
        0
    ] else "otherwise"


@question("timeseries-conversion", "Is `conversion` of a day a percent and `converted` a count?",
          "percent and count", "timeseries")  # fmt: skip
def _timeseries_conversion(reply: ReadReply) -> Judgement:
    """Compute the percent from the count."""
    rows = [one for one in reply.rows("timeseries") if float(one.get("visitors") or 0) > 0]
    if not rows:
        return None, "no days with visitors"
    wrong = [one for one in rows if abs(float(one["conversion"]) - _percent(one)) > 0.51]
    return not wrong, "percent and count" if not wrong else "otherwise"


def _percent(day: dict[str, Any]) -> float:
    return 100 * float(day["converted"]) / float(day["visitors"])


@question("timeseries-goal", "Under which name does a timeseries show its goal?",
          "`selected_goal`, else `goal`", "timeseries")  # fmt: skip
def _timeseries_goal(reply: ReadReply) -> Judgement:
    """Look for the three names that the documentation uses."""
    names = [one for one in ("selected_goal", "goal", "primary_goal") if reply.get(one)]
    return names[:1] in (["selected_goal"], ["goal"]) if names else None, ", ".join(names) or "none"


@question("timeseries-sum", "Do the days of a timeseries sum to the result?", "they do", "timeseries",
          "result")  # fmt: skip
def _timeseries_sum(days: ReadReply, result: ReadReply) -> Judgement:
    """Compare the visitors."""
    total = sum(int(float(one.get("visitors") or 0)) for one in days.rows("timeseries"))
    whole = visitors_of(result)
    if not whole:
        return None, "no visitors"
    same = same_visitors(total, whole)
    return same, "they do" if same else "they do not"


@question("metric-batch", "Does `metric_batch` count from 0?", "from 0", "metrics", "metrics batch 0",
          errors=True)  # fmt: skip
def _metric_batch(all_of_them: ReadReply, first: ReadReply) -> Judgement:
    """Look for the first metric in batch 0."""
    if not all_of_them.rows("metric_definitions"):
        return None, "no secondary metrics"
    if not first.ok:
        return False, f"batch 0 gives {first.status}"
    found = 1 in _numbers(first)
    return found, "from 0" if found else "batch 0 has no figures of the first metric"


def _numbers(reply: ReadReply) -> set[int]:
    """Return each N for which some variant has a `result_N`."""
    ends = [name.removeprefix("result_") for row in reply.rows("metrics") for name in row
            if name.startswith("result_")]  # fmt: skip
    return {int(end) for end in ends if end.isdecimal()}


@question("metric-number", "Does N of `result_N` go on in the second batch?",
          "N is the place of the definition among all", "metrics batch 1")  # fmt: skip
def _metric_number(reply: ReadReply) -> Judgement:
    """Look at the smallest N of the second batch."""
    numbers = _numbers(reply)
    if not numbers:
        return None, "no metrics"
    return min(numbers) > 1, "it goes on" if min(numbers) > 1 else "it begins at 1 again"


@question(
    "metric-type", "Which types do definitions of metrics have?", "2, others are kept", "metrics"
)
def _metric_type(reply: ReadReply) -> Judgement:
    """Collect them."""
    kinds = sorted({str(one.get("type")) for one in reply.rows("metric_definitions")})
    if not kinds:
        return None, "no secondary metrics"
    return kinds == ["2"], ", ".join(kinds)
