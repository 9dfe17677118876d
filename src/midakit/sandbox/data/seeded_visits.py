"""Made-up visits: visitors, six experiments of known truth, four of other forms, one elsewhere."""

from datetime import datetime, timedelta

import numpy as np

from midakit.sandbox.data.baseline import finish_events
from midakit.sandbox.data.dataset_import import rates_of
from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.data.draws import Draws
from midakit.sandbox.data.seeded_definitions import seeded_definitions
from midakit.sandbox.data.seeded_events import SeededEvents
from midakit.sandbox.data.seeded_forms import FORMS, Form
from midakit.sandbox.data.seeded_visitors import seeded_visitors
from midakit.sandbox.data.truth import TRUTH, Truth
from midakit.sandbox.state.columns import MISSING, Array
from midakit.sandbox.state.tables import Cells
from midakit.sandbox.state.timestamps import microseconds, naive_utc
from midakit.sandbox.state.visits import Visits

SEED_NOW = datetime(2026, 6, 1, 12)
_FIRST = datetime(2026, 3, 25)
_ARRIVALS = timedelta(days=56)
_SECOND_PROJECT = 0.02
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


def seed_visits(
    visits: Visits, seed: int = 42, visitors: int = 10_000, now: datetime = SEED_NOW
) -> Definitions:
    """Replace the baseline by made-up visits.

    Args:
        visits: Where they go.
        seed: The same seed makes the same visits.
        visitors: How many visitors to make up.
        now: The time at which the clock of the projects stands still; the visits do not depend on
            it.

    Returns:
        The projects, goals and experiments that the visits belong to.

    Raises:
        OSError: The baseline could not be written.
    """
    definitions, draws = seeded_definitions(naive_utc(now)), Draws(seed)
    created, entered = _arrivals(draws, visitors)
    second = np.arange(1, visitors + 1) > visitors * (1 - _SECOND_PROJECT)
    people = seeded_visitors(draws, created, second)
    landing_page = people["landing_page"]
    assert isinstance(landing_page, tuple)
    events = SeededEvents(landing_page)
    events.add_interactions(draws, entered)
    parts = []
    for truth in TRUTH:
        arms, inside, serving = _entries(draws, truth, entered, second == bool(truth.project))
        won, at, worth = _conversions(draws, truth, entered, inside, arms)
        events.add_conversions(draws, truth, won, at, worth)
        parts.append(_assignments(truth.test_id, inside, serving, arms, entered))
    parts += [_form_entries(draws, form, entered, ~second) for form in FORMS]
    entries: dict[str, Cells] = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    rates = rates_of(definitions.projects)
    baseline = {
        "visitors": people,
        "assignments": entries,
        "events": finish_events(events.columns(), people, rates),
    }
    visits.replace(baseline, rates)
    return definitions


def _arrivals(draws: Draws, visitors: int) -> tuple[Array, Array]:
    """Draw when each visitor's record was made, and when the visitor entered the experiments."""
    late = draws.uniform("returns", visitors) < 0.3
    quick = draws.uniform("quick", visitors) * 1200 * _SECOND
    slow = draws.exponential("slow", visitors, 3 * _DAY, 6 * _DAY)
    arrival = draws.uniform("arrival", visitors) * (_ARRIVALS / timedelta(microseconds=1))
    created = _whole_milliseconds(microseconds(_FIRST) + arrival)
    return created, created + _whole_milliseconds(np.where(late, slow, quick))


def _entries(
    draws: Draws, truth: Truth, entered: Array, eligible: Array
) -> tuple[Array, Array, Array]:
    """Draw who enters an experiment: the variant, whether they do, and whether it was served."""
    size = len(entered)
    inside = eligible & (draws.uniform(f"{truth.test_id} enters", size) < truth.share)
    edges = np.cumsum([arm.weight for arm in truth.arms])[:-1]
    arms = np.searchsorted(edges, draws.uniform(f"{truth.test_id} arm", size), side="right")
    serving = np.zeros(size, bool)
    periods = truth.settings.get("serving_periods")
    if periods:  # nobody enters just before serving, so that each phase keeps its own truth
        start = microseconds(naive_utc(periods[0]["start"]))
        serving = entered >= start
        inside &= serving | (entered < start - 4 * _DAY)
        arms = np.where(serving, int(periods[0]["variant_id"]), arms)
    return arms, inside, serving


def _form_entries(draws: Draws, form: Form, entered: Array, eligible: Array) -> dict[str, Array]:
    """Draw the assignments of an experiment that shows a form."""
    size, arms = len(entered), 1 + len(form.variants)
    inside = eligible & (draws.uniform(f"{form.test_id} enters", size) < form.share)
    if (end := form.settings.get("end_date")) is not None:
        inside &= entered < microseconds(naive_utc(end))
    arm = (draws.uniform(f"{form.test_id} arm", size) * arms).astype("int64")
    return _assignments(form.test_id, inside, np.zeros(size, bool), arm, entered)


def _assignments(
    test_id: int, inside: Array, serving: Array, arms: Array, entered: Array
) -> dict[str, Array]:
    """Return the assignments of the visitors who enter an experiment."""
    who = np.flatnonzero(inside)
    return {"test_id": np.full(len(who), test_id), "visitor_id": who + 1, "visitor": who,
            "is_serving": serving[who], "variant": arms[who].astype("int16"),
            "entered_at": entered[who], "next_at": np.full(len(who), MISSING)}  # fmt: skip


def _conversions(
    draws: Draws, truth: Truth, entered: Array, inside: Array, arms: Array
) -> tuple[Array, Array, Array]:
    """Draw who converts, when, and what an order is worth (log-normal around the arm's mean)."""
    size = len(entered)
    rates = np.array([arm.rate for arm in truth.arms])[arms]
    won = np.flatnonzero(inside & (draws.uniform(f"{truth.test_id} converts", size) < rates))
    lag = draws.exponential(f"{truth.test_id} lag", size, 0.5 * _DAY, 3.9 * _DAY)[won]
    values = np.array([arm.aov or np.nan for arm in truth.arms])[arms[won]]
    if np.isnan(values).all():
        return won, entered[won] + _whole_milliseconds(lag), values
    spread = 0.5 * draws.normal(f"{truth.test_id} value", size)[won] - 0.125
    return won, entered[won] + _whole_milliseconds(lag), np.round(values * np.exp(spread), 2)


def _whole_milliseconds(moments: Array) -> Array:
    """Return microseconds cut to whole milliseconds."""
    return moments.astype("int64") // 1000 * 1000
