"""Where numbers end: billions, nobody, everybody, many arms, one visitor, and data that cannot be."""

import json
import math
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import InvalidRequest, stats
from midakit.mida.verdicts import check_decision
from midakit.stats.comparison import conversion
from support.many import SOME

BILLION = 10**9


def figures(*arms, **options):
    return stats.rates(control=arms[0], treatments=arms[1:], **options).comparisons[0]


@pytest.mark.parametrize(
    "arm",
    [
        (0, 1),
        (1, 1),
        (0, 10**8),
        (10**8, 10**8),
        (10**8 - 1, 10**8),
        (3, BILLION),
        (10**11, 10**12),
    ],
)
def test_equal_arms_are_a_toss_of_a_coin(arm):
    """At any size, and even where nobody or everybody converts."""
    found = figures(arm, arm)
    assert found.chance_to_beat_control == pytest.approx(0.5, abs=1e-11)
    assert found.expected_loss == pytest.approx(found.expected_loss_keep_control, rel=1e-9)
    low, high = found.lift_interval
    assert math.log1p(low) == pytest.approx(-math.log1p(high), rel=1e-9)
    assert stats.z_test(control=arm, treatment=arm).p_value == 1.0


def test_ten_equal_arms_share_the_chance_to_be_best():
    """A tenth each, and the losses are one and the same."""
    found = stats.rates(control=(120, 1500), treatments=[(120, 1500)] * 9)
    assert found.chance_to_be_best == pytest.approx([0.1] * 10, abs=1e-12)
    assert found.loss_vs_best == pytest.approx([found.loss_vs_best[0]] * 10, rel=1e-9)


def test_the_order_of_arms_does_not_matter():
    """Tiny, huge, empty of conversions and full of them together."""
    arms = [(0, 3), (5 * 10**7, 10**8), (0, 10**6), (40, 40)]
    once = stats.rates(control=arms[0], treatments=arms[1:])
    expected = dict(
        zip(arms, zip(once.chance_to_be_best, once.loss_vs_best, strict=True), strict=True)
    )
    for order in [*permutations(arms)][::5]:
        again = stats.rates(control=order[0], treatments=order[1:])
        for arm, chance, loss in zip(
            order, again.chance_to_be_best, again.loss_vs_best, strict=True
        ):
            assert (chance, loss) == pytest.approx(expected[arm], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("conversions", "visitors", "low", "high"),
    [
        (0, 1, 3.8558e-4, 0.85325),
        (0, 10**8, 4.9104e-12, 2.5119e-8),
        (10**8, 10**8, 1 - 2.5119e-8, 1),
    ],
)
def test_rates_at_the_ends_have_intervals(conversions, visitors, low, high):
    """Jeffreys' prior gives ends inside 0 and 1, never [0, 0]."""
    ends = stats.rate_interval(conversions, visitors)
    assert 0.0 < ends[0] < ends[1] < 1.0 or conversions == visitors
    assert ends == pytest.approx((low, high), rel=1e-3)


def test_a_difference_among_almost_only_converters_is_seen():
    """20 misses of 100 million against 60: a case where ln theta has lost its digits."""
    found = figures((10**8 - 60, 10**8), (10**8 - 20, 10**8))
    mirrored = figures((20, 10**8), (60, 10**8))  # of misses; their difference is the same
    assert found.chance_to_beat_control == pytest.approx(mirrored.chance_to_beat_control, abs=1e-9)
    assert found.expected_loss == pytest.approx(mirrored.expected_loss, rel=1e-6)
    test = stats.z_test(control=(10**8 - 60, 10**8), treatment=(10**8 - 20, 10**8))
    other = stats.z_test(control=(20, 10**8), treatment=(60, 10**8))
    assert test.p_value == pytest.approx(other.p_value, rel=1e-6)
    assert test.diff_ci == pytest.approx(other.diff_ci, rel=1e-6)


def test_no_visitors_are_no_figures_with_a_reason():
    """None, and why."""
    found = figures((0, 0), (5, 10))
    assert (found.chance_to_beat_control, found.lift_interval) == (None, None)
    assert found.reason == "an arm has no visitors"
    assert stats.z_test(control=(0, 0), treatment=(5, 10)).reason == "an arm has no visitors"
    assert stats.sequential(control=(0, 0), treatment=(5, 10)).reason
    assert stats.srm([0, 0], [50, 50]).reason == "no visitors yet"


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ((1, float("nan")), "treatment: visitors must be a finite number: nan"),
        ((float("inf"), 10), "treatment: conversions must be a finite number: inf"),
        ((-1, 10), "treatment: conversions cannot be negative: -1"),
        ((11, 10), "treatment: 11 conversions of only 10 visitors"),
        (
            (0.08, 1500),
            "treatment: conversions must be a whole number, a count and not a rate: 0.08",
        ),
        ((1, 10**13), r"treatment: visitors cannot be above 1e\+12"),
        ((1, 10**400), "treatment: visitors must be a finite number"),
        ((None, 10), "treatment: conversions must be a finite number: None"),
        (("many", 10), "treatment: conversions must be a finite number: 'many'"),
    ],
)
def test_counts_that_cannot_be_name_the_arm_and_the_field(arm, message):
    """Before any number is made from them."""
    for call in (conversion.compare, None, stats.sequential):
        with pytest.raises(ValueError, match=message):
            if call is conversion.compare:
                call((1, 10), arm)
            else:
                (call or stats.z_test)(control=(1, 10), treatment=arm)


@pytest.mark.parametrize(
    ("arm", "message"),
    [
        ((10, float("nan"), 5.0), "control: sum must be a finite number"),
        ((10, 5.0, -1.0), "control: sum of squares cannot be negative"),
        ((-10, 5.0, 5.0), "control: visitors cannot be negative"),
        ((10, 1e200, 1e300), "control: sum is far too large"),
        ((10, 50.0, 1.0), "smaller than the sum allows"),
    ],
)
def test_sums_that_cannot_be_name_the_arm_and_the_field(arm, message):
    """Of revenue too."""
    with pytest.raises(ValueError, match=message):
        stats.welch(control=arm, treatment=(10, 5.0, 5.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: stats.srm([10, -1], [50, 50]), "visitors cannot be negative"),
        (lambda: stats.srm([10, 10], [50, float("nan")]), "weight must be a finite number"),
        (lambda: stats.srm([10, 10], [50]), "2 counts but 1 weights"),
        (lambda: stats.adjust([0.5, 1.5]), "between 0 and 1"),
        (
            lambda: stats.z_test(control=(1, 9), treatment=(1, 9), alternative="less", level=0.4),
            "0.5",
        ),
        (lambda: stats.rates(control=(1, 9), treatments=[], prior=(0.01, 1)), "at least 0.1"),
        (
            lambda: stats.rates(control=(1, 9), treatments=[], level=1 - 1e-12),
            "level cannot be above",
        ),
        (lambda: stats.plan.sample_size(baseline=0.05, lift=0.0), "lift"),
        (lambda: stats.plan.sample_size(baseline=0.05, lift=1e-20), "no number of visitors"),
        (lambda: stats.plan.sample_size(baseline=5, lift=0.1), "baseline"),
        (lambda: stats.plan.days(1e300, daily_visitors=1), "no number of visitors"),
        (lambda: stats.plan.mde(baseline=0.05, visitors_per_arm=0), "visitors_per_arm"),
        (lambda: stats.plan.sequential_size(baseline=0.05, lift=0.1, power=0.1), "power"),
    ],
)
def test_other_arguments_say_what_is_wrong(call, message):
    """No ZeroDivisionError, no OverflowError, no "math domain error"."""
    with pytest.raises(ValueError, match=message):
        call()


EXTREME = st.sampled_from([0, 1, 2, 3, 10, 100, 10**4, 10**6, 10**8, BILLION, 10**12]).flatmap(
    lambda n: st.tuples(
        st.sampled_from([0, 1, 2, n // 1000, n // 20, n // 2, n - 1, n]).map(
            lambda x: max(0, min(n, x))
        ),
        st.just(n),
    )
)


@SOME
@given(
    EXTREME,
    EXTREME,
    st.sampled_from([0.3, 0.95, 1 - 1e-9]),
    st.sampled_from(["jeffreys", "uniform", (0.1, 0.1), (1e12, 1.0)]),
)
def test_every_figure_of_any_counts_is_a_number_or_none(control, treatment, level, prior):
    """Chances lie in [0, 1], intervals are in order, and nothing is NaN."""
    pair = conversion.compare(control, treatment, level=level, prior=prior)
    z = stats.z_test(control=control, treatment=treatment, level=level)
    always = stats.sequential(control=control, treatment=treatment)
    split = stats.srm([control[1], treatment[1]], [50, 50])
    running = stats.srm_sequential([control[1], treatment[1]], [50, 50])
    shares = [
        pair.chance_to_beat_control,
        z.p_value,
        always.p_value,
        split.p_value,
        running.p_value,
    ]
    assert all(share is None or 0.0 <= share <= 1.0 for share in shares)
    for ends in (pair.lift_interval, pair.decision_interval, z.diff_ci, z.lift_ci, always.interval):
        assert ends is None or ends[0] <= ends[1]
    assert (pair.reason is None) == bool(control[1] and treatment[1])


ODD = st.one_of(
    st.integers(-3, 10**6),
    st.floats(),
    st.sampled_from(
        [10**400, -(10**400), 1e-320, 1e308, "12", "1e5", "nan", "inf", " ", "x", True]
    ),
    st.none(),
    st.lists(st.integers(), max_size=1),
)
COUNT = st.one_of(st.integers(0, 3000), ODD)
SANE = st.sampled_from(["0", "1", "2", 0, 1])
ARM = st.fixed_dictionaries(
    {"variant_id": st.one_of(SANE, ODD), "conversions": COUNT, "visitors": COUNT},
    optional=dict.fromkeys(
        ("name", "revenue", "orders", "traffic_weight", "is_control", "variant_status"), ODD
    ),
)
GOOD = [
    st.fixed_dictionaries(
        {
            "variant_id": st.just(str(place)),
            "conversions": st.integers(0, 500),
            "visitors": st.integers(500, 5000),
        },
        optional=dict.fromkeys(("revenue", "orders", "traffic_weight"), ODD),
    )
    for place in range(3)
]
RESULT = st.one_of(
    ODD,
    st.fixed_dictionaries(
        {"variants": st.one_of(ODD, st.lists(ARM, max_size=4), st.tuples(*GOOD).map(list))},
        optional=dict.fromkeys(("test_id", "days_running", "is_mab", "report_phase", "stats_engine", "currency", "confidence_threshold_percent", "serving_variant_id", "is_serving", "primary_goal"), ODD),
    ),
)  # fmt: skip
ROW = st.fixed_dictionaries(
    {
        "variant_id": SANE,
        "visitors": COUNT,
        "converted": COUNT,
        "created_at": st.sampled_from(["2026-01-01", "2026-01-02T00:00", None, 7]),
    },
    optional=dict.fromkeys(("revenue", "no_of_order", "sum_sq_revenue", "sum_sq_orders", "sum_revenue_orders_cross"), ODD),
)  # fmt: skip


def as_rows(result):
    """One day with the same numbers, so that the rows fit the result."""
    variants = result.get("variants") if isinstance(result, dict) else None
    if not isinstance(variants, list) or not all(isinstance(row, dict) for row in variants):
        return None
    return [
        {
            "variant_id": row.get("variant_id"),
            "visitors": row.get("visitors"),
            "converted": row.get("conversions"),
            "created_at": "2026-01-01",
            "revenue": row.get("revenue"),
            "no_of_order": row.get("orders"),
            "sum_sq_revenue": 1e9,
            "sum_sq_orders": 1e6,
            "sum_revenue_orders_cross": 3.0,
        }
        for row in variants
    ]


@SOME
@given(
    RESULT,
    st.one_of(st.none(), ODD, st.dictionaries(st.just("frequentist_type"), ODD)),
    st.one_of(st.none(), ODD, st.lists(ROW, max_size=4), st.just("same")),
    st.sampled_from(["conversion", "rpv", "aov"]),
    st.sampled_from(["bayesian", "frequentist", None]),
)
def test_no_data_make_analyze_raise(result, config, timeseries, metric, engine):
    """Whatever a server sends there is a verdict, and it can be written as JSON without NaN."""
    rows = as_rows(result) if timeseries == "same" else timeseries
    found = stats.analyze(result, config=config, timeseries=rows, metric=metric, engine=engine)
    assert found.verdict.why
    assert found.verdict.kind == "invalid" or len(found.arms) > 1
    json.dumps(found.to_dict(), allow_nan=False)


RESULT = {
    "variants": [
        {"variant_id": "0", "name": "Control", "is_control": True, "visitors": 900, "conversions": 90,
         "revenue": 900.0},
        {"variant_id": "1", "name": "A", "visitors": 900, "conversions": 120, "revenue": 1200.0},
    ]
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", 0.9), ("min_effect", 0.02), ("tuning", 700), ("min_visitors", 10), ("srm_alpha", 0.01),
        ("min_conversions", 10), ("assumed_spend_cv", 2), ("threshold", 0.9),
    ],
)  # fmt: skip
def test_a_number_may_be_a_decimal_or_text(name, value):
    """As a configuration file or an environment variable has it."""
    wanted = stats.analyze(RESULT, **{name: value})
    for same in (Decimal(str(value)), f"{value}"):
        assert stats.analyze(RESULT, **{name: same}) == wanted


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("min_visitors", "many"), ("min_visitors", -1), ("assumed_spend_cv", None), ("level", "high"),
        ("prior", (1,)), ("prior", 5), ("prior", (0, 1)), ("prior", "flat"), ("guardrails", 5),
        ("guardrails", [1]), ("guardrails", ["rpv=few"]), ("guardrails", {"rpv": None}),
        ("spending", "linear"),
    ],
)  # fmt: skip
def test_a_wrong_option_of_an_analysis_is_refused_by_its_name(name, value):
    """Also where it could not be used, such as the spending without a planned end."""
    with pytest.raises(ValueError, match=f"^{name}\\b"):
        stats.analyze(RESULT, **{name: value})
    with pytest.raises(InvalidRequest) as refused:
        check_decision({name: value})
    assert refused.value.field == name
    assert not refused.value.rule.startswith(name)
