"""Whom a report counts: the units of a phase that pass dates and filters, and the events they hit."""

from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import Any

import numpy as np

from midakit.sandbox.reports.custom_filter import custom_filter_groups
from midakit.sandbox.reports.event_attribute import Groups, fitting
from midakit.sandbox.reports.event_conditions import EventCondition
from midakit.sandbox.reports.filter_by import filter_by_groups
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery
from midakit.sandbox.reports.units import Criterion, Hits, Period, Rows, Units
from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.timestamps import microseconds, naive_utc
from midakit.sandbox.state.visits import Visits

_EVER = -(2**62)
_FEW = 8
_SERVING = {"pre_deploy": False, "post_deploy": True, "all_time": None}


@dataclass(frozen=True, slots=True)
class Population:
    """The units of one report; two that are equal count the same."""

    test_id: int
    variants: tuple[int, ...]
    serving: bool | None
    periods: tuple[Period, ...] | None
    bounds: tuple[int, int] | None
    filters: tuple[tuple[Criterion, ...], ...]

    def units(self, visits: Visits) -> Units:
        """Return the units of the phase, before dates and filters.

        Args:
            visits: The store, locked.

        Returns:
            The units, worked out now if a write touched them.
        """
        table = visits.assignments
        later = int(np.count_nonzero(table.values("test_id")[table.kept :] == self.test_id))
        version = (visits.events.resets, later) if later else None
        about = (self.test_id, self.variants)
        rows = visits.memo.get_or_build(
            ("rows", *about), version, lambda: Rows(visits, self.test_id, self.variants)
        )
        units: Units = visits.memo.get_or_build(
            ("units", *about, self.serving),
            version,
            lambda: Units(visits, rows, self.serving, version),
        )
        return units

    def mask(self, units: Units) -> Array | None:
        """Return which units pass dates and filters.

        Args:
            units: The units.

        Returns:
            One boolean per unit, or None when all of them pass.
        """
        parts = [_any_of(units, group) for group in self.filters]
        if self.bounds is not None:
            parts.append((units.entered >= self.bounds[0]) & (units.entered < self.bounds[1]))
        return _all_of(parts)

    def hits(self, visits: Visits, units: Units, condition: EventCondition) -> tuple[Hits, Any]:
        """Return the events of the units that meet a condition, before dates and filters.

        Args:
            visits: The store, locked.
            units: The units.
            condition: The condition.

        Returns:
            The hits, and the version of this answer.
        """
        found = visits.event_set(condition, condition)
        rows, version = found.current()
        key = ("hits", self.test_id, self.variants, self.serving, self.periods, condition)
        both = (units.version, version)

        def build() -> Hits:
            before = visits.memo.latest(key)
            if before is not None and before[0][0] == units.version:
                size = found.size_at(before[0][1])
                # at a million visitors a twentieth of the time, as long as only a few are later
                if size is not None and len(rows) - size <= max(_FEW, size // 50):
                    kept: Hits = before[1]
                    return kept.with_later(Hits(visits.events, units, rows[size:], self.periods))
            return Hits(visits.events, units, rows, self.periods)

        return visits.memo.get_or_build(key, both, build), both

    def selected(
        self,
        visits: Visits,
        units: Units,
        hits: Hits,
        mask: Array | None,
        *,
        window: timedelta | None = None,
        properties: Groups = (),
    ) -> Array | None:
        """Return which hits count.

        Args:
            visits: The store, locked.
            units: The units.
            hits: The hits.
            mask: Which units count; None is all of them.
            window: How long after the entry an event counts.
            properties: Conditions on the event's properties.

        Returns:
            One boolean per hit, or None when all of them count.
        """
        parts = [] if mask is None else [mask[hits.unit]]
        if self.bounds is not None:
            parts.append((hits.created >= self.bounds[0]) & (hits.created < self.bounds[1]))
        if window is not None:
            # [choice 5]: half open, from the entry
            limit = units.entered[hits.unit] + window // timedelta(microseconds=1)
            parts.append(hits.created < limit)
        if properties:
            words = visits.events.table.texts("event_property").words
            parts.append(fitting(properties, words)[hits.column("event_property")])
        return _all_of(parts)


def population(context: ReportContext, query: ReportQuery) -> Population:
    """Return whom a report counts.

    Args:
        context: The experiment and the time.
        query: The query of the report.

    Returns:
        The population.

    Raises:
        HttpError: 400, a filter of the query is not allowed.
    """
    experiment = context.experiment
    filters = [*filter_by_groups(query.tokens), *custom_filter_groups(query, context.now)]
    return Population(
        test_id=experiment["test_id"],
        variants=tuple(int(variant["variant_id"]) for variant in experiment["variants"]),
        serving=_SERVING[query.phase],
        periods=None if query.phase == "all_time" else _periods(experiment),
        bounds=_bounds(context, query),
        filters=tuple(map(tuple, filters)),
    )


def _bounds(context: ReportContext, query: ReportQuery) -> tuple[int, int] | None:
    """Return the times that count, half open: the dates of the query, up to the sandbox's present."""
    first, last = query.bounds or (None, None)
    start = _EVER if first is None else microseconds(first)
    ends = [] if last is None else [microseconds(last)]
    if context.as_of is not None:
        ends.append(microseconds(naive_utc(context.as_of)) + 1)  # what happens now has happened
    return (start, min(ends)) if ends else None


def _periods(experiment: dict[str, Any]) -> tuple[Period, ...]:
    """Return when a variant was served."""
    return tuple(
        (
            microseconds(naive_utc(period["start"])),
            microseconds(naive_utc(period["end"])) if period.get("end") else None,
        )
        for period in experiment.get("serving_periods") or []
    )


def _all_of(parts: list[Array]) -> Array | None:
    """Return where every part is true, or None when there is no part."""
    found: Array | None = reduce(np.logical_and, parts) if parts else None
    return found


def _any_of(units: Units, group: tuple[Criterion, ...]) -> Array:
    """Return which units fit one of the criteria."""
    found: Array = reduce(np.logical_or, map(units.mask, group))
    return found
