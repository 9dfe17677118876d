"""Models as a user types them; checked by mypy and basedpyright, never run."""

from typing import assert_type

import attrs

from midakit.launchdarkly import Metric, MetricList, to_goal
from midakit.mida.models import ExclusionGroup
from midakit.models import GoalType, Result, Status, VariantResult


def fields_have_their_types(result: Result, group: ExclusionGroup, metric: Metric) -> None:
    """A field is typed wherever its model is imported from, an inherited one too."""
    assert_type(result.success, bool)
    assert_type(result.status, Status)
    assert_type(result.currency, str | None)
    assert_type(result.variant("0"), VariantResult)
    assert_type(result.variants, list[VariantResult])
    assert_type(group.group_id, int)
    assert_type(metric.event_key, str | None)
    assert_type(MetricList.loads(b"{}"), MetricList)
    assert_type(to_goal(metric).warnings, tuple[str, ...])
    GoalType.EVENT = "x"  # type: ignore[misc]


def models_are_attrs_classes(result: Result) -> None:
    """Arguments are checked when a model is made by hand and, by mypy, when it is evolved."""
    assert_type(Result(variants=[VariantResult(visitors=3)]), Result)
    assert_type(attrs.evolve(result, total_visitors=3), Result)
    VariantResult("0")  # type: ignore[call-arg]
    VariantResult(visitor=3)  # type: ignore[call-arg]
