"""What earlier exports into a place have read, so that the next one reads what may have changed (pure).

An experiment that was concluded, and read once more after the late events were in, cannot change any
more; nor can a past day of events. A live experiment is read again; its timeseries from a few days
before the end of the last window, because late events still change those days. Rows are then merged on
their natural keys. What the last plan left open is asked for again too.

What has been read is remembered by series. The series of a report is its experiment, segment, goal,
breakdown and other settings, without its window; each window of events is a series of its own.

An experiment that is not in the project was not read: one call asks for it every time, and when it comes
within reach it is read from its beginning. Nothing in the listing tells when that happens, and a server
that answered 404 by mistake must not hide it for good. Once it is concluded, it is left alone like others.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from sys import intern
from typing import Any

import msgspec

from midakit.core.call import Pairs
from midakit.export.files.stores import Store
from midakit.export.plan.plan import Plan
from midakit.export.plan.spec import REPORTS, Spec
from midakit.mida.options import LOOKBACK

FILE = "_state.json"
ASKED = (*REPORTS, "events")
"""Tables that are asked for by windows."""
ROUNDS = 7
"""Increments that ask again for a report that failed."""
LONGEST = 36_500
"""Days of the longest look-back: a century reaches back before every experiment."""
LEAD = timedelta(days=30)
"""A timeseries is asked for from so long before the days whose rows are read again. A report counts the
visitors who entered in its window: without a lead, the first of these days would lose the conversions of
those who entered before, every night one day more."""
WINDOW = frozenset({"start_date", "end_date"})
ABSENT = "absent "
"""Stands before a series whose experiment is not in the project."""


def series(spec: Spec, path: str = "") -> str:
    """Return a hash of what a call reads: for a report whatever its window, for events one window.

    Args:
        spec: A call of a plan.
        path: The path of another call that differs by its experiment alone.
    """
    segment = next((value for name, value in spec.context if name == "segment"), "")
    kept = _kept(spec.call.query, spec.kind in REPORTS)
    text = "\0".join([spec.project, spec.kind, path or spec.call.path, segment, *kept])
    return blake2b(text.encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=1024)
def _kept(query: Pairs, moving: bool) -> Sequence[str]:  # a key of the cache
    """Return what a query says beside its window, once for the calls of all experiments."""
    left_out = WINDOW if moving else ()
    return [f"{name}={value}" for name, value in query if name not in left_out]


class IncrementState:
    """The last day that was read of each series.

    Args:
        read: Series -> the last day read, as YYYY-MM-DD.
        lookback: Days that late events still change.
    """

    def __init__(self, read: Mapping[str, str] | None = None, lookback: int = LOOKBACK) -> None:
        self.read = dict(read or {})
        self.lookback = timedelta(days=int(min(lookback, LONGEST)))

    @classmethod
    def load(cls, store: Store, lookback: int = LOOKBACK) -> "IncrementState":
        """Read the state of a place; a place without one, or with a damaged one, has read nothing.

        Args:
            store: The folder or bucket of the export.
            lookback: Days that late events still change.
        """
        try:
            found = json.loads(store.get(FILE))
            return cls({key: intern(day) for key, day in found.items()}, lookback)
        except (FileNotFoundError, ValueError, AttributeError, TypeError):
            return cls(lookback=lookback)

    def dump(self) -> bytes:
        """Return the text of the file."""
        return msgspec.json.encode(
            self.read, order="sorted"
        )  # json would make an object of each entry

    def finished(self, key: str, ended: date | None) -> bool:
        """Return whether a series was read so long after its end that nothing can change any more.

        Args:
            key: What `series` returns for a call.
            ended: The last day that can have rows; None while there is none. It is not over before the
                next day.
        """
        last = max(self.read.get(key, ""), self.read.get(ABSENT + key, ""))
        if not last or ended is None:
            return False
        return date.fromisoformat(last) - ended >= max(self.lookback, timedelta(days=1))

    def window_start(self, key: str, start: date) -> date:
        """Return the day from which a timeseries has to be read again.

        Args:
            key: What `series` returns for a call.
            start: The first day that is wanted at all.
        """
        last = self.read.get(key)
        return start if last is None else max(start, date.fromisoformat(last) - self.lookback)

    def learn(
        self, plan: Plan, missing: frozenset[str], absent: frozenset[str] = frozenset()
    ) -> None:
        """Remember what a run has read, and until which day; days to come were not read.

        Args:
            plan: The plan that was worked off.
            missing: Ids of the calls that the place still lacks.
            absent: Ids of the calls whose experiment is not in the project.
        """
        made = plan.created_at[:10]
        for pattern, _, path, id in plan.specs.parts():
            spec = pattern.sample
            if spec.kind not in ASKED or id in missing:
                continue
            until = spec.label()["window_end"] if spec.kind in REPORTS else _end(plan)
            key = series(spec, path)
            if id in absent:
                key = ABSENT + key
            else:
                self.read.pop(ABSENT + key, None)
            self.read[key] = max(self.read.get(key, ""), min(until, made))


def _end(plan: Plan) -> str:
    return str(plan.settings.get("end_date", plan.created_at[:10]))


def still_open(before: Iterable[Spec], new: Iterable[Spec], round: int) -> Iterator[Spec]:
    """Yield the calls that the last plan left open and that no new call stands for.

    A report by its window is a snapshot of its own; a timeseries is within the new one. A call that
    fails every time is given up after some increments, so that plans do not grow.

    Args:
        before: The calls that the last plan left open.
        new: The calls of the new plan.
        round: The number of the increment.
    """
    left = [spec for spec in before if spec.kind in ASKED and round - spec.round <= ROUNDS]
    if not left:
        return
    anew = {series(spec): _window(spec) for spec in new if spec.kind in ASKED}
    for spec in left:
        found = anew.get(series(spec))
        if found is None or not _stands_for(spec, found):
            yield spec


def _stands_for(spec: Spec, window: tuple[str, str]) -> bool:
    """Return whether the same series, read in this window, brings all that the call would."""
    start, end = _window(spec)
    if spec.kind == "timeseries":
        return window[0] <= start and end <= window[1]
    return window == (start, end)


def _window(spec: Spec) -> tuple[str, str]:
    label = spec.label()
    return label["window_start"], label["window_end"]


def concluded(experiment: Mapping[str, Any]) -> date | None:
    """Return the day on which an experiment ended, as the listing tells it; None while it runs.

    Args:
        experiment: An item of the listing.
    """
    if str(experiment.get("is_completed")) not in ("1", "True", "true"):
        return None
    try:
        return date.fromisoformat(str(experiment.get("updated_at"))[:10])
    except ValueError:
        return None
