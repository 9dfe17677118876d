"""What the last export into a place saw, so that the next one reads only what can have changed (pure).

An experiment that was concluded when it was last read cannot change any more. A live one is read
again; its timeseries from a few days before the last window's end, because late events still move
those days. Rows are then merged on their natural keys.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from midakit.export.plan import REPORTS, Spec

FILE = "_state.json"
LOOKBACK = 7


class State:
    """Project -> test id -> (concluded, last day read)."""

    def __init__(
        self, seen: Mapping[str, Mapping[str, Any]] | None = None, lookback: int = LOOKBACK
    ) -> None:
        self.seen: dict[str, dict[str, Any]] = {
            key: dict(value) for key, value in (seen or {}).items()
        }
        self.lookback = lookback

    @classmethod
    def parse(cls, text: str, lookback: int = LOOKBACK) -> "State":
        """From the file."""
        return cls(json.loads(text), lookback)

    def dump(self) -> str:
        """For the file."""
        return json.dumps(self.seen, indent=1, sort_keys=True)

    def finished(self, project: str, test_id: int) -> bool:
        """Read after it was concluded: nothing can change."""
        return bool(self.seen.get(project, {}).get(str(test_id), {}).get("concluded"))

    def window_start(self, project: str, test_id: int, start: date) -> date:
        """Where a timeseries has to be read again from."""
        last = self.seen.get(project, {}).get(str(test_id), {}).get("until")
        if last is None:
            return start
        return max(start, date.fromisoformat(last) - timedelta(days=self.lookback))

    def learn(self, specs: Iterable[Spec], failed: frozenset[str]) -> None:
        """After a run: what was read, and which experiments were concluded by then."""
        concluded: dict[tuple[str, str], bool] = {}
        for spec in specs:
            if spec.kind == "experiments" and spec.rows is not None:
                for row in json.loads(spec.rows)["experiments"]:
                    key = (spec.project, str(row.get("test_id")))
                    concluded[key] = str(row.get("is_completed")) in ("1", "True", "true")
        for spec in specs:
            if spec.kind not in REPORTS or spec.id in failed:
                continue
            label = spec.label()
            key = (spec.project, label["test_id"])
            self.seen.setdefault(key[0], {})[key[1]] = {
                "concluded": concluded.get(key, False),
                "until": label["window_end"],
            }
