"""Which experiments answered that they are not in the project, so that nobody asks on (pure).

An account's listing shows experiments of all its projects. One 404 tells about all reports of an
experiment; one on a goal may as well mean the goal, so it tells about reports by that goal alone.
"""

from collections.abc import Iterable
from itertools import chain

from midakit.export.plan.spec import REPORTS, Spec

Experiment = tuple[str, str]
"""Project and path."""


def leaders_first(specs: Iterable[Spec]) -> list[Spec]:
    """One report of each experiment, then the others: by then it is known who is absent."""
    first: list[Spec] = []
    others: list[Spec] = []
    met: set[Experiment] = set()
    for spec in specs:
        leads = spec.kind not in REPORTS or _experiment(spec) not in met
        (first if leads else others).append(spec)
        met.add(_experiment(spec))
    return [*chain(first, others)]


class Absences:
    """Remembers the 404s of a run."""

    def __init__(self) -> None:
        self._of: dict[Experiment, set[str]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def add(self, spec: Spec) -> bool:
        """A report that answered 404; whether its experiment is met for the first time."""
        new = _experiment(spec) not in self._of
        self._of.setdefault(_experiment(spec), set()).add(_goal(spec))
        return new

    def __contains__(self, spec: Spec) -> bool:
        goals = self._of.get(_experiment(spec))
        return goals is not None and spec.kind in REPORTS and bool(goals & {"", _goal(spec)})


def _experiment(spec: Spec) -> Experiment:
    return spec.project, spec.call.path.rpartition("/")[0]


def _goal(spec: Spec) -> str:
    label = spec.label()
    return label.get("goal_key", "") or label.get("goal_profile_id", "")
