"""What earlier exports into a place have read, so that the next one reads what can have changed (pure).

An experiment that was concluded, and read once more after the late events were in, cannot change any
more. A live one is read again; its timeseries from a few days before the end of the last window,
because late events still move those days. Rows are then merged on their natural keys.

What has been read is remembered by series: a report of an experiment, with its segment, goal,
breakdown and other settings, but without its window.
"""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from midakit.export.plan import REPORTS, Plan, Spec
from midakit.export.stores import Store

FILE = "_state.json"
LOOKBACK = 7
WINDOW = frozenset({"start_date", "end_date"})


def series(spec: Spec) -> str:
    """What a spec reads, whatever its window."""
    kept = [f"{name}={value}" for name, value in spec.call.query if name not in WINDOW]
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

    def finished(self, spec: Spec, concluded: date | None) -> bool:
        """Read so long after its end that nothing can change."""
        last = self.read.get(series(spec))
        if last is None or concluded is None:
            return False
        return date.fromisoformat(last) - concluded >= self.lookback

    def window_start(self, spec: Spec, start: date) -> date:
        """Where a timeseries has to be read again from."""
        last = self.read.get(series(spec))
        return start if last is None else max(start, date.fromisoformat(last) - self.lookback)

    def learn(self, plan: Plan, missing: frozenset[str]) -> None:
        """After a run: what was read, and until which day."""
        for spec in plan.specs:
            if spec.kind in REPORTS and spec.id not in missing:
                self.read[series(spec)] = spec.label()["window_end"]


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
