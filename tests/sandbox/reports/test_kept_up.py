"""What reports keep is kept up as events are written: the same as if it were counted anew."""

import random
from datetime import timedelta

import pytest

from midakit.sandbox import reports
from midakit.sandbox.data.seeded_visits import SEED_NOW, seed_visits
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.state.visits import Visits

NAMES = ("checkout_started", "Purchase", "seen", "goal_101", "signup_completed")


def contexts(definitions):
    """Reports of two experiments, one of them served."""
    project = definitions.projects[0]
    goals = [one for one in definitions.goals if one["project_key"] == project["project_key"]]
    for experiment in definitions.experiments:
        if experiment["test_id"] in (1001, 1005, 1006):
            yield reports.ReportContext(project, experiment, goals, SEED_NOW)


def everything(visits, definitions):
    """Every kind of report."""
    return [
        kind(visits, context, {"report_phase": phase})
        for context in contexts(definitions)
        for kind in (reports.result, reports.timeseries, reports.metrics)
        for phase in ("all_time", "pre_deploy", "post_deploy")
        if phase == "all_time" or context.experiment.get("serving_variant_id")
    ]


def counted_anew(visits, definitions):
    """The same without anything that was kept."""
    for memo in (visits.memo, visits.counts, visits._sets):
        memo.clear()
    return everything(visits, definitions)


def write(visits, chance):
    """One write of some kind: most add an event, at a moment that others have too."""
    moments = visits.events.table.values("created_at")
    live = range(1, visits.events.next_id)
    match chance.choices(("add", "rename", "delete", "reset"), (12, 3, 2, 0.3))[0]:
        case "add":
            row = chance.randrange(len(visits.visitors))
            visitor = visits.find_visitor(uuid=visits.visitors.texts("uuid").text(row))
            at = int(chance.choice(moments.tolist()))
            visits.add_event(
                visitor, chance.choice(NAMES), {"revenue": chance.choice((5, "x", 7.25))},
                at=SEED_NOW - timedelta(days=chance.randrange(60)) if chance.random() < 0.5
                else SEED_NOW.__class__(1970, 1, 1) + timedelta(microseconds=at),
            )  # fmt: skip
        case "rename":
            visits.update_event(chance.choice(live), {"event_text": chance.choice(NAMES)})
        case "delete":
            visits.delete_event(chance.choice(live))
        case "reset":
            visits.reset()


@pytest.mark.parametrize("seed", range(6))
def test_after_every_write_reports_are_what_they_would_be_anew(seed):
    """Additions, new forms of old events, deletions and resets, in any order; forks of it too."""
    chance = random.Random(seed)
    visits = Visits()
    definitions = seed_visits(visits, seed=seed, sizes=Sizes(120))
    everything(visits, definitions)
    for _ in range(25):
        for _ in range(chance.randrange(1, 4)):
            write(visits, chance)
        kept = everything(visits, definitions)
        if chance.random() < 0.3:
            fork = visits.fork()
            write(fork, chance)
            assert everything(fork, definitions) == counted_anew(fork, definitions)
            assert everything(visits, definitions) == kept
        if chance.random() < 0.4:
            assert kept == counted_anew(visits, definitions)
    assert everything(visits, definitions) == counted_anew(visits, definitions)


def test_an_added_event_is_merged_into_what_is_kept(monkeypatch):
    """Only the new event is looked at, not all of them again."""
    visits = Visits()
    definitions = seed_visits(visits, sizes=Sizes(500))
    everything(visits, definitions)
    looked_at = []
    from midakit.sandbox.reports import units

    init = units.Hits.__init__

    def noting(self, log, own, event, periods):
        looked_at.append(len(event))
        init(self, log, own, event, periods)

    monkeypatch.setattr(units.Hits, "__init__", noting)
    visitor = visits.find_visitor(uuid=visits.visitors.texts("uuid").text(3))
    visits.add_event(visitor, "checkout_started", {}, at=SEED_NOW)
    everything(visits, definitions)
    assert set(looked_at) == {1}


def kept_hits(visits):
    """The events of every kept list of hits, in its order, by what it is about."""
    return {
        key: (hits.event.tolist(), hits.unit.tolist(), hits.created.tolist())
        for key, (_, hits) in visits.memo._known.items()
        if key[0] == "hits"
    }


def test_a_new_form_of_an_old_event_comes_before_younger_ones_of_its_moment():
    """What is merged is in the order of unit, time and event id, as if it were built anew."""
    visits = Visits()
    definitions = seed_visits(visits, sizes=Sizes(500))
    context = next(contexts(definitions))
    reports.result(visits, context, {})
    (key,) = kept_hits(visits)
    units = context.experiment["test_id"]
    rows = visits.assignments_of(units)
    number = int(visits.assignments.values("visitor")[rows[0]])
    visitor = visits.find_visitor(uuid=visits.visitors.texts("uuid").text(number))
    ids = [visits.add_event(visitor, name, {}, at=SEED_NOW)
           for name in ("seen", "checkout_started", "seen", "checkout_started")]  # fmt: skip
    for event_id in (None, ids[0], ids[2]):
        if event_id is not None:
            visits.update_event(event_id, {"event_text": "checkout_started"})
        reports.result(visits, context, {})
        merged = kept_hits(visits)[key]
        visits.memo.clear()
        visits.counts.clear()
        reports.result(visits, context, {})
        assert kept_hits(visits)[key] == merged
    log = visits.events.table.values("event_id")
    assert [int(log[row]) for row in merged[0] if log[row] in ids] == ids


def test_a_fork_and_its_origin_write_without_seeing_each_other():
    """Both go on from what was counted for the baseline, each with events of its own."""
    visits = Visits()
    definitions = seed_visits(visits, sizes=Sizes(500))
    everything(visits, definitions)
    fork = visits.fork()
    for place, own in enumerate((visits, fork, fork, visits)):
        for row in range(40):
            visitor = own.find_visitor(uuid=own.visitors.texts("uuid").text(row + 40 * place))
            for name in ("Purchase", "checkout_started"):
                own.add_event(visitor, name, {"revenue": 3 + place}, at=SEED_NOW)
                if row % 8 == 0:
                    everything(own, definitions)
        kept = everything(own, definitions)
        assert kept == counted_anew(own, definitions)
    assert everything(visits, definitions) != everything(fork, definitions)
