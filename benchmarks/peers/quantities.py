"""What is compared: the definition, the exact figure, and who computes it how."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpmath import mpf

from benchmarks.peers import cases, exact, peers

Figures = Callable[[Any], Sequence[float]]


@dataclass(frozen=True, kw_only=True)
class Peer:
    """Somebody else's figure."""

    figures: Figures
    why: str = ""
    """Why it differs, and who is right; empty where it has to agree."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One quantity, held against its exact value."""

    name: str
    cases: Sequence[Any]
    ours: Figures
    truth: Callable[[Any, Sequence[float]], Sequence[mpf]]
    """The exact figures of a case; for intervals what they should be, such as p = 0.05 at both ends."""
    seen: Callable[[Any, Sequence[float]], Sequence[Any]] = lambda _, figures: figures
    """What is held against them: the figures, or the exact p at the ends of an interval."""
    peers: dict[str, Peer] = field(default_factory=dict)


def _exactly(function: Callable[[Any], Sequence[mpf]]) -> Callable[[Any, Any], Sequence[mpf]]:
    """Compute the exact figures of each case once."""
    known: dict[Any, Sequence[mpf]] = {}

    def truth(case: Any, _: Sequence[float]) -> Sequence[mpf]:
        if case not in known:
            known[case] = function(case)
        return known[case]

    return truth


def _both(share: str) -> Callable[[Any, Any], Sequence[mpf]]:
    return lambda *_: (mpf(share), mpf(share))


NORMAL = "takes the posterior of the lift for normal; midakit and the exact figure integrate both Beta posteriors"
DELTA = "the delta method: the interval does not agree with the package's own test of the same lift"
WELCH = "another test of the same hypothesis: Welch's t with variances that are not pooled"

QUANTITIES = (
    Quantity(
        name="p of two rates (pooled z test)",
        cases=cases.rates(), ours=peers.our_z_test, truth=_exactly(exact.z_test),
        peers={
            "gbstats": Peer(figures=peers.gb_z_test, why=WELCH),
            "tea-tasting": Peer(figures=peers.tea_z_test),
            "statsmodels": Peer(figures=peers.sm_z_test),
            "scipy": Peer(figures=peers.sp_z_test),
        },
    ),
    Quantity(
        name="interval of the difference of two rates: p at its ends",
        cases=cases.rates(15), ours=peers.our_score_difference, truth=_both("0.05"),
        seen=lambda case, ends: exact.at_ends(ends, lambda gap: exact.score_of_difference(case, gap)),
        peers={
            "gbstats": Peer(
                figures=peers.gb_difference,
                why="another interval: Welch's t, symmetric around the difference; in small arms it does not "
                "agree with the score test",
            ),
            "statsmodels": Peer(
                figures=peers.sm_score_difference,
                why="meant to be the same interval, and wrong: in its constrained likelihood the number of "
                "conversions stands where the number of visitors belongs ([#10269]"
                "(https://github.com/statsmodels/statsmodels/issues/10269)); for some counts it raises an error",
            ),
        },
    ),
    Quantity(
        name="interval of the lift of two rates: p at its ends",
        cases=cases.rates(15), ours=peers.our_score_lift, truth=_both("0.05"),
        seen=lambda case, ends: exact.at_ends(
            [1.0 + end for end in ends], lambda ratio: exact.score_of_ratio(case, ratio)
        ),
        peers={
            "gbstats": Peer(figures=peers.gb_lift_of_rates, why=DELTA),
            "statsmodels": Peer(figures=peers.sm_score_lift),
        },
    ),
    Quantity(
        name="chance to beat Control",
        cases=cases.rates(), ours=peers.our_chance, truth=_exactly(exact.chance_to_beat),
        peers={"gbstats": Peer(figures=peers.gb_chance, why=NORMAL)},
    ),
    Quantity(
        name="expected loss",
        cases=cases.rates(), ours=peers.our_loss, truth=_exactly(exact.expected_loss),
        peers={"gbstats": Peer(figures=peers.gb_loss, why=NORMAL)},
    ),
    Quantity(
        name="credible interval of the lift: posterior chance outside, each side",
        cases=cases.rates(8), ours=peers.our_lift, truth=_both("0.025"), seen=exact.tails_of_lift,
        peers={"gbstats": Peer(figures=peers.gb_lift, why=NORMAL)},
    ),
    Quantity(
        name="Welch's p and interval of the difference of two means",
        cases=cases.values(), ours=peers.our_welch, truth=_exactly(exact.welch),
        peers={
            "gbstats": Peer(figures=peers.gb_welch),
            "tea-tasting": Peer(figures=peers.tea_welch),
            "statsmodels": Peer(figures=peers.sm_welch),
            "scipy": Peer(figures=peers.sp_welch),
        },
    ),
    Quantity(
        name="interval of the lift of two means: Welch's p at its ends",
        cases=cases.values(), ours=peers.our_mean_lift, truth=_both("0.05"), seen=exact.p_of_lift,
        peers={
            "gbstats": Peer(figures=peers.gb_mean_lift, why=DELTA),
            "tea-tasting": Peer(
                figures=peers.tea_mean_lift,
                why="the delta method on the logarithm of the ratio: nearer, and not the inverted test either",
            ),
        },
    ),
    Quantity(
        name="revenue per order: Welch's p and interval with the delta method",
        cases=cases.orders(), ours=peers.our_ratio, truth=_exactly(exact.ratio),
        peers={
            "gbstats": Peer(figures=peers.gb_ratio),
            "tea-tasting": Peer(figures=peers.tea_ratio),
        },
    ),
    Quantity(
        name="p of the traffic split (chi-square)",
        cases=cases.splits(), ours=peers.our_srm, truth=_exactly(exact.chi_square),
        peers={
            "gbstats": Peer(figures=peers.gb_srm),
            "tea-tasting": Peer(figures=peers.tea_srm),
            "scipy": Peer(figures=peers.sp_srm),
        },
    ),
    Quantity(
        name="always-valid p and interval",
        cases=cases.rates(), ours=peers.our_always_valid, truth=_exactly(exact.always_valid),
        peers={"gbstats": Peer(figures=peers.gb_always_valid)},
    ),
    Quantity(
        name="Holm's correction",
        cases=cases.p_values(), ours=peers.our_holm, truth=_exactly(exact.holm),
        peers={
            "tea-tasting": Peer(figures=peers.tea_holm),
            "statsmodels": Peer(figures=peers.sm_holm),
        },
    ),
    Quantity(
        name="Benjamini and Hochberg's correction",
        cases=cases.p_values(), ours=peers.our_bh, truth=_exactly(exact.benjamini_hochberg),
        peers={
            "tea-tasting": Peer(figures=peers.tea_bh),
            "statsmodels": Peer(figures=peers.sm_bh),
        },
    ),
    Quantity(
        name="power of a planned sample size",
        cases=cases.plans(), ours=peers.our_power, truth=_exactly(exact.power_as_planned),
        peers={"statsmodels": Peer(figures=peers.sm_power)},
    ),
)  # fmt: skip
