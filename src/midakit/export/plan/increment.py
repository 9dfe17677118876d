"""What earlier exports into a place have read, so that the next one reads what can have changed (pure).

An experiment that was concluded, and read once more after the late events were in, cannot change any
more; nor can a day of events. A live experiment is read again; its timeseries from a few days before
the end of the last window, because late events still move those days. Rows are then merged on their
natural keys. What the plan before left open is asked for again with it.

What has been read is remembered by series: a report of an experiment, with its segment, goal,
breakdown and other settings, but without its window; of events, each window by itself.

An experiment that is not in the project is no experiment that was read: one call asks for it every
time, and when it comes within reach it is read from its beginning. Nothing in the listing tells when
that happens, and a server that answered 404 by mistake must not hide it for good. Once it is
concluded, it is left as others are.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from midakit.export.files.stores import Store
from midakit.export.plan.spec import REPORTS, Plan, Spec
from midakit.mida.options import LOOKBACK

FILE = "_state.json"
ASKED = (*REPORTS, "events")
"""What is asked for by windows."""
ROUNDS = 7
"""Increments that ask for a report again which failed."""
WINDOW = frozenset({"start_date", "end_date"})
ABSENT = "absent "
"""Before a series that was asked for in vain."""


def series(spec: Spec) -> str:
    """What a report reads, whatever its window; a window of events."""
    moving = WINDOW if spec.kind in REPORTS else ()
    kept = [f"{name}={value}" for name, value in spec.call.query if name not in moving]
    text = "\0".join(
        [spec.project, spec.kind, spec.call.path, spec.label().get("segment", ""), *kept]
    )
    return blake2b(text.encode(), digest_size=8).hexdigest()


class State:
    """Series -> the last day read."""

    def __init__(self, read: Mapping[str, str] | None = None, lookback: int = LOOKBACK) -> None:
        self.read = dict(read or {})
        self.lookback = timedelta(days=lookback)

    @classmethod
    def parse(cls, text: str, lookback: int = LOOKBACK) -> "State":
        """From the file."""
        return cls(json.loads(text), lookback)

    def dump(self) -> str:
        """For the file."""
        return json.dumps(self.read, indent=0, sort_keys=True)

    def finished(self, spec: Spec, ended: date | None) -> bool:
        """Read so long after its end that nothing can change; the day of the end is not over before."""
        key = series(spec)
        last = max(self.read.get(key, ""), self.read.get(ABSENT + key, ""))
        if not last or ended is None:
            return False
        return date.fromisoformat(last) - ended >= max(self.lookback, timedelta(days=1))

    def window_start(self, spec: Spec, start: date) -> date:
        """Where a timeseries has to be read again from."""
        last = self.read.get(series(spec))
        return start if last is None else max(start, date.fromisoformat(last) - self.lookback)

    def learn(
        self, plan: Plan, missing: frozenset[str], absent: frozenset[str] = frozenset()
    ) -> None:
        """After a run: what was read, and until which day; a day to come is none that was read."""
        made = plan.created_at[:10]
        for spec in plan.specs:
            if spec.kind not in ASKED or spec.id in missing:
                continue
            until = spec.label()["window_end"] if spec.kind in REPORTS else _end(plan)
            key = series(spec)
            if spec.id in absent:
                key = ABSENT + key
            else:
                self.read.pop(ABSENT + key, None)
            self.read[key] = max(self.read.get(key, ""), min(until, made))


def _end(plan: Plan) -> str:
    return str(plan.settings.get("end_date", plan.created_at[:10]))


def left(before: Iterable[Spec], new: Iterable[Spec], round: int) -> Iterator[Spec]:
    """Of what the plan before left open, the calls that no new one stands for.

    A report by its window is a snapshot of its own; a timeseries is within the new one. A call that
    fails and fails is given up after some increments, so that plans do not grow.
    """
    anew = {series(spec): _window(spec) for spec in new if spec.kind in ASKED}
    for spec in before:
        if spec.kind in ASKED and round - spec.round <= ROUNDS:
            found = anew.get(series(spec))
            if found is None or not _stands_for(spec, found):
                yield spec


def _stands_for(spec: Spec, window: tuple[str, str]) -> bool:
    """Whether the same series, read in this window, brings all that the call would."""
    start, end = _window(spec)
    if spec.kind == "timeseries":
        return window[0] <= start and end <= window[1]
    return window == (start, end)


def _window(spec: Spec) -> tuple[str, str]:
    label = spec.label()
    return label["window_start"], label["window_end"]


def concluded(experiment: Mapping[str, Any]) -> date | None:
    """The day on which an experiment ended, as the listing tells it; None while it lives."""
    if str(experiment.get("is_completed")) not in ("1", "True", "true"):
        return None
    try:
        return date.fromisoformat(str(experiment.get("updated_at"))[:10])
    except ValueError:
        return None


def load(store: Store, lookback: int = LOOKBACK) -> State:
    """The state that is there, or an empty one."""
    try:
        return State.parse(store.get(FILE).decode(), lookback)
    except FileNotFoundError:
        return State(lookback=lookback)
