"""What an import will do, and what it did (pure).

`plan_import` decides, `run_import` creates.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from midakit.launchdarkly.mapping import Mapping, to_goal
from midakit.launchdarkly.models import Metric


class ImportPlan(NamedTuple):
    """Which goals an import would create.

    Example:
        plan = plan_import(await ld.metrics.list("small").collect(), cap=10)
        print(plan, plan.over_cap)
    """

    mappings: tuple[Mapping, ...]
    existing: frozenset[str] = frozenset()
    """Goal keys that the project has already."""
    existing_count: int = 0
    cap: int | None = None
    """How many goals the account's plan allows in a project; None for no known limit."""

    @property
    def new(self) -> tuple[Mapping, ...]:
        """The metrics that become a goal which does not exist yet."""
        return tuple(m for m in self.mappings if m.goal and m.goal["goal_key"] not in self.existing)

    @property
    def lost(self) -> tuple[Mapping, ...]:
        """The metrics that cannot become a goal."""
        return tuple(m for m in self.mappings if m.goal is None)

    @property
    def over_cap(self) -> int:
        """How many of the new goals would be over the cap, and so refused."""
        if self.cap is None:
            return 0
        return max(0, len(self.new) - max(0, self.cap - self.existing_count))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as a dict that fits into JSON.

        Example:
            import json

            plan = plan_import(await ld.metrics.list("small").collect())
            print(json.dumps(plan.to_dict()))
        """
        return {
            "metrics": [_row(mapping) for mapping in self.mappings],
            "new": len(self.new),
            "lost": len(self.lost),
            "existing": self.existing_count,
            "cap": self.cap,
            "over_cap": self.over_cap,
        }

    def __str__(self) -> str:
        lines = [_line(mapping) for mapping in self.mappings]
        there = len(self.mappings) - len(self.new) - len(self.lost)
        lines.append(f"{len(self.new)} to create, {there} already there, {len(self.lost)} lost")
        if self.over_cap:
            lines.append(
                f"the account's plan allows {self.cap} goals and {self.existing_count} exist: "
                f"{self.over_cap} would be refused"
            )
        return "\n".join(lines)


def plan_import(
    metrics: Iterable[Metric],
    *,
    existing: Iterable[str] = (),
    cap: int | None = None,
) -> ImportPlan:
    """Decide which goals an import creates.

    Of two metrics whose keys become the same goal key, only the first is imported.

    Args:
        metrics: LaunchDarkly metrics, in the order in which goals are created.
        existing: Goal keys that the project has already.
        cap: How many goals the account's plan allows in a project; None for no known limit.

    Example:
        metrics = await ld.metrics.list("small").collect()
        existing = [goal.goal_key async for goal in mida.goals.list()]
        plan = plan_import(metrics, existing=existing)
        print(len(plan.new), "new,", len(plan.lost), "cannot be goals")
    """
    keys = list(existing)
    taken: set[str] = set()
    mappings = []
    for metric in metrics:
        found = to_goal(metric)
        key = found.goal["goal_key"] if found.goal else None
        if key in taken:
            found = found._replace(goal=None, warnings=(*found.warnings, f"goal_key_taken:{key}"))
        elif key:
            taken.add(key)
        mappings.append(found)
    return ImportPlan(tuple(mappings), frozenset(keys), len(keys), cap)


class ImportedMetric(NamedTuple):
    """What became of one metric: `created`, `already there`, `lost` or `failed`."""

    metric_key: str
    state: str
    goal_key: str | None = None
    detail: str = ""


class ImportReport(NamedTuple):
    """What an import did.

    Example:
        plan = plan_import(await ld.metrics.list("small").collect())
        report = await run_import_async(plan, mida.goals.create)
        for row in report.failed:
            print(row.metric_key, row.detail)
    """

    rows: tuple[ImportedMetric, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many metrics ended in each state."""
        return dict(Counter(row.state for row in self.rows))

    @property
    def failed(self) -> tuple[ImportedMetric, ...]:
        """Goals that could not be created; a second run tries them again."""
        return tuple(row for row in self.rows if row.state == "failed")

    @property
    def exit_code(self) -> int:
        """Exit code for a command: 1 when a goal could not be created, else 0."""
        return 1 if self.failed else 0

    def __str__(self) -> str:
        lines = [
            f"{row.metric_key}: {row.state}{row.detail and f' ({row.detail})'}" for row in self.rows
        ]
        counts = ", ".join(f"{count} {state}" for state, count in sorted(self.counts.items()))
        return "\n".join([*lines, counts or "nothing to import"])


def _row(mapping: Mapping) -> dict[str, Any]:
    return {
        "metric": mapping.metric.key,
        "goal": mapping.goal,
        "warnings": list(mapping.warnings),
        "report": mapping.report,
    }


def _line(mapping: Mapping) -> str:
    goal, notes = mapping.goal, ", ".join(mapping.warnings)
    target = f"{goal['goal_type']} {goal['goal_value']}" if goal else "lost"
    return f"{mapping.metric.key} -> {target}" + (f"  [{notes}]" if notes else "")
