"""A call of a plan (pure)."""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any, TypeVar, get_args

import attrs

from midakit.core.call import Call, Pairs, id_at
from midakit.mida.options import Table

KINDS: tuple[Table, ...] = get_args(Table)
REPORTS = ("results", "metrics", "timeseries")
LONGEST_TARGET = 7800
"""Characters in a URL's path and query; proxies commonly refuse request lines of 8 KB."""


T = TypeVar("T")


@lru_cache(maxsize=1024)
def _named(context: Pairs) -> Sequence[str]:
    """Return the part of a context that thousands of calls share, as it stands in their ids."""
    return [f"{name}={value}" for name, value in context]


def copied(one: T, **changes: Any) -> T:
    """Return a copy of a frozen object with other fields, in a fifth of the time of `attrs.evolve`.

    Args:
        one: An object without slots, whose class checks and converts nothing.
        **changes: The fields that differ.
    """
    found = object.__new__(type(one))
    object.__setattr__(found, "__dict__", {**one.__dict__, **changes})
    return found


@attrs.frozen(kw_only=True, slots=False)  # with slots a frozen class takes twice as long to make
class Spec:
    """A call of a plan, and what its rows will say about it.

    Args:
        kind: The table that its rows go to.
        project: The key of the project that is asked.
        call: The request to send; None where `rows` has the answer already.
        context: Names and values of the columns that are known before it is sent.
        paged: Whether to ask for page after page until a short one.
        rows: JSON of rows that the planner has listed already; nothing is fetched then.
        round: Which increment of the place asked for it: the same window read again is new work.

    Example:
        plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
        for spec in plan.specs:
            print(spec.id, spec.kind, spec.call)
    """

    kind: str
    project: str
    call: Call[Any]
    context: Pairs = ()
    paged: bool = False
    rows: str | None = None
    round: int = 0

    @cached_property
    def id(self) -> str:
        """Sixteen hex digits, the same wherever the same call is planned."""
        return id_of(self, self.call.path, self.context)

    def label(self) -> Mapping[str, str]:
        """Return the context as a mapping.

        Example:
            plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
            print([dict(spec.label()) for spec in plan.specs])
        """
        return dict(self.context)


def id_of(spec: Spec, path: str, context: Pairs) -> str:
    """Return the id that a call would have for another experiment.

    Args:
        spec: The call.
        path: The path of the other one.
        context: Names and values of the columns that are known of the other one.
    """
    about = [f"{name}={value}" for name, value in context[:2]]
    parts = [spec.kind, spec.project, id_at(spec.call, path), *about, *_named(context[2:])]
    if spec.round:
        parts.append(f"round {spec.round}")
    text = "\0".join(parts) + (spec.rows or "")
    return blake2b(text.encode(), digest_size=8).hexdigest()
