"""Which calls of an export a load has left to bring in, as its state keeps it (pure).

    plan -> ids of its calls that are not in yet

A state that lists every call would grow with the account, and some destinations cannot hold it. One that
lists what is left stays short: a plan that is worked off leaves nothing.
"""

from collections.abc import Collection, Mapping, Sequence

from midakit.export.plan.plan import Plan

Remaining = Mapping[str, Collection[str]]
"""Plan -> ids of its calls that are not in yet."""


def loaded_ids(plans: Sequence[Plan], left: Remaining) -> frozenset[str]:
    """Return the ids of the calls that earlier loads brought in.

    Args:
        plans: The plans of the export.
        left: What the state of the last load says.
    """
    known = [(plan, frozenset(left[_name(plan)])) for plan in plans if _name(plan) in left]
    return frozenset(
        id for plan, out in known for _, id in plan.specs.kinds_and_ids() if id not in out
    )


def remaining_ids(
    plans: Sequence[Plan], table: str, loaded: Collection[str]
) -> dict[str, list[str]]:
    """Return the ids of the calls that later loads have to bring in, as the state keeps them.

    Args:
        plans: The plans of the export.
        table: The table that is loaded.
        loaded: Ids of the calls that are in.
    """
    return {
        _name(plan): [
            id
            for kind, id in plan.specs.kinds_and_ids()
            if table in (kind, "raw") and id not in loaded
        ]
        for plan in plans
    }


def _name(plan: Plan) -> str:
    """Return a name that differs for the same export made again."""
    return f"{plan.id} {plan.created_at}"
