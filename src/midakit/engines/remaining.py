"""What loads have left to bring in, as their state keeps it (pure).

    plan -> ids of its calls that are not in yet

A state of calls would grow with the account, and some destinations give it no room. One of plans stays
short: a plan that is worked off leaves nothing.
"""

from collections.abc import Collection, Mapping, Sequence

from midakit.export.plan.spec import Plan

Left = Mapping[str, Collection[str]]


def loaded(plans: Sequence[Plan], left: Left) -> frozenset[str]:
    """The calls of these plans that earlier loads brought in."""
    known = [(plan, frozenset(left[_name(plan)])) for plan in plans if _name(plan) in left]
    return frozenset(spec.id for plan, out in known for spec in plan.specs if spec.id not in out)


def still_left(plans: Sequence[Plan], table: str, loaded: Collection[str]) -> dict[str, list[str]]:
    """The calls of these plans that later loads have to bring in."""
    return {
        _name(plan): [
            spec.id for spec in plan.specs if table in (spec.kind, "raw") and spec.id not in loaded
        ]
        for plan in plans
    }


def _name(plan: Plan) -> str:
    """The same export made anew is another one."""
    return f"{plan.id} {plan.created_at}"
