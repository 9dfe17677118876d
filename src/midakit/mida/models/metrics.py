"""Secondary metrics per variant, of one answer or merged from several."""

import re
from typing import Any, ClassVar

import attrs
from attrs import define, field

from midakit.core.models.model import PROMISED, Model
from midakit.errors import MidakitError
from midakit.mida.models._report import ReportReply
from midakit.mida.models.goal_ref import GoalRef

_RESULT = re.compile(r"result_(\d+)")


@define(kw_only=True, repr=False)
class MetricDefinition(Model):
    """What one `result_N` of the rows means."""

    metric_key: str = PROMISED
    """Key that `metric_keys` takes."""
    metric_text: str = PROMISED
    """`goal_` and the goal's id, an event's name, or a built-in metric."""
    name: str = PROMISED
    """Display name of the metric."""
    type: int = PROMISED
    """Kind of the metric, as the server numbers it."""
    goal: GoalRef | None = None
    """The goal behind the metric; None for events and built-in metrics."""


@define(kw_only=True, repr=False)
class MetricRow(Model):
    """One variant's secondary metrics."""

    _also: ClassVar[str] = _RESULT.pattern

    variant_id: str = PROMISED
    """Id in reports: "0" is Control, "1" is Variant 1."""
    total: int = PROMISED
    """Visitors of the variant."""

    @property
    def results(self) -> dict[int, float | None]:
        """Values by the number of their definition, counted from 1; None where the value is not a number."""
        from midakit.core.models.tolerant import (
            structure_one,  # imports cattrs, so not before it is needed
        )

        return {
            int(named[1]): structure_one(float | None, value)
            for key, value in self.raw.items()
            if (named := _RESULT.fullmatch(key))
        }


@define(kw_only=True, repr=False)
class Metrics(ReportReply):
    """Secondary metrics per variant."""

    count: int = PROMISED
    """How many rows there are."""
    metric_count: int = PROMISED
    """How many metrics were asked for."""
    metric_definitions: list[MetricDefinition] = field(factory=list)
    """What each `result_N` of the rows means, N counting from 1."""
    metrics: list[MetricRow] = field(factory=list)
    """One row for each variant."""
    warnings: list[Any] = field(factory=list)
    """Metrics that the server does not support or did not find."""

    def table(self) -> dict[str, dict[str, float | None]]:
        """Return the values by variant and metric key.

        A value stands under the metric definition that its number names, or under `result_N` when
        there is none.

        Example:
            for variant, values in mida.experiments.metrics(1001).table().items():
                print(variant, values)
        """
        keys = {number: one.metric_key for number, one in enumerate(self.metric_definitions, 1)}
        return {
            row.variant_id or "": {
                keys.get(number) or f"result_{number}": value
                for number, value in row.results.items()
            }
            for row in self.metrics
        }


@attrs.frozen
class FailedBatch:
    """A group of metric definitions whose numbers did not come."""

    indexes: tuple[int, ...]
    """Positions of the metric definitions, counted from 0."""
    error: MidakitError
    """Why they did not come."""


class BatchedMetrics(Metrics):
    """Metrics merged from several answers."""

    failed: tuple[FailedBatch, ...] = ()
    """The groups that did not come."""

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return *super().__reduce_ex__(protocol), {"failed": self.failed}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.failed = state["failed"]

    @property
    def complete(self) -> bool:
        """True when the numbers of every group came."""
        return not self.failed
