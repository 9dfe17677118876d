"""Which experiments answered that they are not in the project, so that they are not asked again (pure).

An account's listing shows the experiments of all its projects. An experiment of another project answers
every report with 404, so one 404 speaks for all reports of the experiment. A report by a goal may also
answer 404 because there is no such goal; it then speaks for the reports by that goal alone.
"""

from array import array
from collections.abc import Iterable

from midakit.export.plan.packed_specs import PackedSpecs
from midakit.export.plan.spec import REPORTS, Spec

Experiment = tuple[str, str]
"""Project and path."""


def leaders_first(specs: PackedSpecs) -> Iterable[int]:
    """Return the places of one report of each experiment, then of the others: by then absences are known.

    Args:
        specs: The calls in the order of the plan.
    """
    first, others = array("I"), array("I")
    met: set[Experiment] = set()
    for place, parts in enumerate(specs.parts()):
        spec = parts.pattern.sample
        experiment = spec.project, parts.path.rpartition("/")[0]
        leads = spec.kind not in REPORTS or experiment not in met
        (first if leads else others).append(place)
        met.add(experiment)
    return first + others


class Absences:
    """The experiments that answered 404 in this run."""

    def __init__(self) -> None:
        self._of: dict[Experiment, set[str]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def add(self, spec: Spec) -> bool:
        """Remember that a report answered 404; return whether it is its experiment's first.

        Args:
            spec: The report.
        """
        new = _experiment(spec) not in self._of
        self._of.setdefault(_experiment(spec), set()).add(_goal(spec))
        return new

    def __contains__(self, spec: Spec) -> bool:
        if not self._of or spec.kind not in REPORTS:
            return False
        return not self._of.get(_experiment(spec), set()).isdisjoint(("", _goal(spec)))


def _experiment(spec: Spec) -> Experiment:
    return spec.project, spec.call.path.rpartition("/")[0]


def _goal(spec: Spec) -> str:
    label = spec.label()
    return label.get("goal_key", "") or label.get("goal_profile_id", "")
