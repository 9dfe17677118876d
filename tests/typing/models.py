"""Models as a user types them; checked by mypy and basedpyright, never run."""

from typing import assert_type

from midakit.launchdarkly import Metric, MetricList, to_goal
from midakit.mida.models import ExclusionGroup
from midakit.models import GoalType, Result, Status, VariantResult


def fields_have_their_types(result: Result, group: ExclusionGroup, metric: Metric) -> None:
    """A field is typed wherever its model is imported from, an inherited one too."""
    assert_type(result.success, bool | None)
    assert_type(result.status, Status | None)
    assert_type(result.variant("0"), VariantResult)
    assert_type(group.group_id, int | None)
    assert_type(metric.event_key, str | None)
    assert_type(MetricList.loads(b"{}"), MetricList)
    assert_type(to_goal(metric).warnings, tuple[str, ...])
    GoalType.EVENT = "x"  # type: ignore[misc]
