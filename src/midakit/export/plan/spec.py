"""A plan: which calls make up an export, and the file that holds them (pure).

A resume reads the plan back and never lists again: a listing made tomorrow, or a window that ends
"today", would be another export under the same name. A plan holds no API key, only project keys, which
are public.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from sys import intern
from typing import Any, NamedTuple, get_args

import attrs
import msgspec

from midakit.core.call import Call, Pairs
from midakit.errors import ConfigurationError
from midakit.mida.options import Table

FILE = "_midakit_plan.jsonl"
VERSION = 1

KINDS: tuple[Table, ...] = get_args(Table)
REPORTS = ("results", "metrics", "timeseries")
LONGEST_TARGET = 7800
"""Characters in a URL's path and query; proxies commonly refuse request lines of 8 KB."""


def _id(spec: "Spec") -> str:
    context = [f"{name}={value}" for name, value in spec.context]
    parts = [spec.kind, spec.project, spec.call.id, *context]
    if spec.round:
        parts.append(f"round {spec.round}")
    text = "\0".join(parts) + (spec.rows or "")
    return blake2b(text.encode(), digest_size=8).hexdigest()


@attrs.frozen(kw_only=True)
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
    id: str = attrs.field(init=False, eq=False, default=attrs.Factory(_id, takes_self=True))
    """Sixteen hex digits, the same wherever the same call is planned."""

    def label(self) -> Mapping[str, str]:
        """Return the context as a mapping.

        Example:
            plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
            print([dict(spec.label()) for spec in plan.specs])
        """
        return dict(self.context)


@attrs.frozen(kw_only=True)
class Plan:
    """The calls that an export will send, in order, and how the plan was made.

    Args:
        specs: Calls of the plan.
        created_at: When the plan was made, in ISO format.
        settings: What was wanted, and what the files look like.

    Example:
        plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
        print(plan.id, plan.created_at, len(plan.specs))
    """

    specs: tuple[Spec, ...]
    created_at: str
    settings: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    @property
    def id(self) -> str:
        """A hash of the ids of all calls."""
        return blake2b(
            "".join([spec.id for spec in self.specs]).encode(), digest_size=8
        ).hexdigest()

    def counts(self) -> dict[str, int]:
        """Return how many calls are to be sent for each table.

        Example:
            plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
            print(plan.counts())
        """
        counts: dict[str, int] = dict.fromkeys(KINDS, 0)
        for spec in self.specs:
            counts[spec.kind] += spec.rows is None
        return {kind: count for kind, count in counts.items() if count}

    def lines(self) -> Iterator[str]:
        """Yield the lines of the plan's file.

        Example:
            from pathlib import Path

            plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
            Path("plan.jsonl").write_text("".join(plan.lines()))
        """
        head = {"midakit_plan": VERSION, "id": self.id, "created_at": self.created_at}
        yield json.dumps({**head, "settings": dict(self.settings), "specs": len(self.specs)})
        encode = msgspec.json.Encoder().encode  # a fifth of the time of json.dumps()
        for spec in self.specs:
            yield encode(_spec_to_json(spec)).decode()


def _spec_to_json(spec: Spec) -> dict[str, Any]:
    call = spec.call
    return {
        "id": spec.id,
        "kind": spec.kind,
        "project": spec.project,
        "operation": call.operation,
        "path": call.path,
        "query": call.query,
        "context": spec.context,
        "paged": spec.paged,
        "rows": spec.rows,
        "round": spec.round,
    }


Shared = dict[Any, Any]
"""What lines have said before: thousands say the same, and are kept as one object each."""


def _spec_from_json(line: Mapping[str, Any], shared: Shared) -> Spec:
    query = _pairs(line["query"], shared)
    call: Call[Any] = Call(
        operation=intern(line["operation"]),
        method="GET",
        path=line["path"],
        query=shared.setdefault(query, query),
        answer=dict,
        safe=True,
    )
    return Spec(
        kind=intern(line["kind"]),
        project=intern(line["project"]),
        call=call,
        context=_same_as_before(_pairs(line["context"], shared), shared),
        paged=line["paged"],
        rows=line["rows"],
        round=line.get("round", 0),
    )


def _same_as_before(context: Pairs, shared: Shared) -> Pairs:
    """Return the context of the line before, where it is the same: reports of an experiment share it."""
    before: Pairs = shared.get("context", ())
    if context != before:
        shared["context"] = before = context
    return before


def _pairs(pairs: Iterable[Iterable[str]], shared: Shared) -> Pairs:
    found = ((name, value) for name, value in pairs)
    return tuple(shared.setdefault(pair, pair) for pair in found)


def parse(lines: Iterable[str], source: str = FILE) -> Plan:
    """Read a plan from the lines of its file; a damaged one is an error, not a smaller export.

    Args:
        lines: The lines of the file.
        source: The name of the file, for messages.

    Raises:
        ConfigurationError: It is not a plan, of another version, or was changed.
    """
    iterator, shared = iter(lines), Shared()
    try:
        head = json.loads(next(iterator))
        specs = tuple(_spec_from_json(json.loads(line), shared) for line in iterator)
        plan = Plan(specs=specs, created_at=head["created_at"], settings=head["settings"])
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{source}: this is not a midakit plan ({error!r})") from None
    if head.get("midakit_plan") != VERSION:
        raise ConfigurationError(
            f"{source}: a plan of version {head.get('midakit_plan')}, not {VERSION}"
        )
    if plan.id != head["id"]:
        raise ConfigurationError(f"{source}: the plan was changed or cut off after it was written")
    return plan


class PlanHead(NamedTuple):
    """What the first line of a plan's file says."""

    id: str
    """The id of the plan."""
    settings: Mapping[str, Any]
    """What was wanted, and what the files look like."""


def parse_head(text: str, source: str = FILE) -> PlanHead:
    """Read the first line of a plan alone: a large plan takes a hundred times as long.

    Args:
        text: The text of the file, or its first line.
        source: The name of the file, for messages.

    Raises:
        ConfigurationError: It is not a plan.
    """
    try:
        found = json.loads(text.partition("\n")[0])
        return PlanHead(found["id"], found["settings"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{source}: this is not a midakit plan ({error!r})") from None
