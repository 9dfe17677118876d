"""Made-up visits: visitors, experiments of known truth, of other forms, and as many more as are wanted."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np

from midakit.sandbox.data.baseline import finish_events
from midakit.sandbox.data.dataset_import import BaselineTaker, rates_of
from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.data.draws import Draws
from midakit.sandbox.data.further_experiments import conversions as further_conversions
from midakit.sandbox.data.further_experiments import entries as further_entries
from midakit.sandbox.data.further_experiments import further_experiments
from midakit.sandbox.data.seeded_definitions import seeded_definitions
from midakit.sandbox.data.seeded_events import SeededEvents
from midakit.sandbox.data.seeded_forms import FORMS, Form
from midakit.sandbox.data.seeded_visitors import seeded_visitors
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.data.truth import TRUTH, Truth
from midakit.sandbox.state.columns import MISSING, Array
from midakit.sandbox.state.tables import Cells
from midakit.sandbox.state.timestamps import microseconds, naive_utc

SEED_NOW = datetime(2026, 6, 1, 12)
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND


def seed_visits(
    visits: BaselineTaker, seed: int = 42, sizes: Sizes | None = None, now: datetime = SEED_NOW
) -> Definitions:
    """Replace the baseline by made-up visits.

    Args:
        visits: Where they go.
        seed: The same seed makes the same visits.
        sizes: How much to make up; None is the usual sizes.
        now: The time at which the clock of the projects stands still; the visits do not depend on
            it.

    Returns:
        The projects, goals and experiments that the visits belong to.

    Raises:
        HttpError: 400, a size is too small or too large.
        OSError: The baseline could not be written.
    """
    sizes = sizes or Sizes()
    sizes.check()
    draws = Draws(seed)
    further = further_experiments(draws, sizes)
    definitions = seeded_definitions(naive_utc(now), sizes, further)
    created, entered = _arrivals(draws, sizes)
    starts = sizes.project_starts()
    project = np.repeat(np.arange(sizes.projects), np.diff(starts))
    people = seeded_visitors(draws, created, project)
    landing_page = people["landing_page"]
    assert isinstance(landing_page, tuple)
    events = SeededEvents(landing_page)
    events.add_interactions(draws, entered)
    parts = [*_described_entries(draws, sizes, events, entered, project)]
    if len(further):
        parts.append(further_entries(draws, sizes, further, entered))
        found = further_conversions(draws, further, parts[-1])
        events.add_further(found, [*map(further.event, range(len(further)))])
    parts.sort(key=lambda part: part["test_id"][:1].tolist())  # as the table has them
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


def _described_entries(
    draws: Draws, sizes: Sizes, events: SeededEvents, entered: Array, project: Array
) -> Iterator[dict[str, Array]]:
    """Yield the assignments of each described experiment, and add its conversions to the events."""
    yield _assignments(0, np.zeros(0, bool), *3 * [np.zeros(0, "int64")])  # for when there is none
    for truth in (one for one in TRUTH if one.test_id in sizes.described):
        arms, inside, serving = _entries(draws, sizes, truth, entered, project == truth.project)
        won, at, worth = _conversions(draws, truth, entered, inside, arms)
        events.add_conversions(draws, truth, won, at, worth)
        yield _assignments(truth.test_id, inside, serving, arms, entered)
    for form in (one for one in FORMS if one.test_id in sizes.described):
        yield _form_entries(draws, sizes, form, entered, project == 0)


def _arrivals(draws: Draws, sizes: Sizes) -> tuple[Array, Array]:
    """Draw when each visitor's record was made, and when the visitor entered the experiments."""
    visitors = sizes.visitors
    late = draws.uniform("returns", visitors) < 0.3
    quick = draws.uniform("quick", visitors) * 1200 * _SECOND
    slow = draws.exponential("slow", visitors, 3 * _DAY, 6 * _DAY)
    arrival = draws.uniform("arrival", visitors) * (sizes.days * _DAY)
    created = _whole_milliseconds(microseconds(sizes.first) + arrival)
    return created, created + _whole_milliseconds(np.where(late, slow, quick))


def _entries(
    draws: Draws, sizes: Sizes, truth: Truth, entered: Array, eligible: Array
) -> tuple[Array, Array, Array]:
    """Draw who enters an experiment: the variant, whether they do, and whether it was served."""
    size = len(entered)
    inside = eligible & (draws.uniform(f"{truth.test_id} enters", size) < truth.share)
    edges = np.cumsum([arm.weight for arm in truth.arms])[:-1]
    arms = np.searchsorted(edges, draws.uniform(f"{truth.test_id} arm", size), side="right")
    serving = np.zeros(size, bool)
    periods = truth.settings.get("serving_periods")
    if periods:  # nobody enters just before serving, so that each phase keeps its own truth
        start = microseconds(sizes.moment(naive_utc(periods[0]["start"])))
        serving = entered >= start
        inside &= serving | (entered < start - 4 * _DAY)
        arms = np.where(serving, int(periods[0]["variant_id"]), arms)
    return arms, inside, serving


def _form_entries(
    draws: Draws, sizes: Sizes, form: Form, entered: Array, eligible: Array
) -> dict[str, Array]:
    """Draw the assignments of an experiment that shows a form."""
    size, arms = len(entered), 1 + len(form.variants)
    inside = eligible & (draws.uniform(f"{form.test_id} enters", size) < form.share)
    if (end := form.settings.get("end_date")) is not None:
        inside &= entered < microseconds(sizes.moment(naive_utc(end)))
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
