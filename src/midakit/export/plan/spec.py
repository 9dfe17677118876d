"""A plan: which calls make up an export, frozen in a file (pure, but for reading and writing it).

A resume reads the plan back and never lists again: a listing made tomorrow, or a window that ends
"today", would be another export under the same name. A plan holds no key, only project keys, which
are public.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, get_args

import attrs

from midakit.core.call import Call, Pairs
from midakit.errors import ConfigurationError
from midakit.mida.options import Table

FILE = "_midakit_plan.jsonl"
VERSION = 1

KINDS: tuple[Table, ...] = get_args(Table)
REPORTS = ("results", "metrics", "timeseries")
LONGEST_TARGET = 7800
"""Proxies commonly refuse request lines of 8 KB."""


def _id(spec: "Spec") -> str:
    parts = [spec.kind, spec.project, spec.call.id, *(f"{k}={v}" for k, v in spec.context)]
    if spec.round:
        parts.append(f"round {spec.round}")
    digest = blake2b("\0".join(parts).encode(), digest_size=8)
    digest.update((spec.rows or "").encode())
    return digest.hexdigest()


@attrs.frozen(kw_only=True)
class Spec:
    """One unit of work: a call (or rows already listed) and what its rows will say about it."""

    kind: str
    project: str
    call: Call[Any]
    context: Pairs = ()
    paged: bool = False
    """Ask for page after page until a short one."""
    rows: str | None = None
    """JSON of rows that the planner has listed already; nothing is fetched then."""
    round: int = 0
    """Which incremental export of a place asked for it: the same window read again is new work."""
    id: str = attrs.field(init=False, eq=False, default=attrs.Factory(_id, takes_self=True))
    """Sixteen hex digits, the same wherever the same work is planned."""

    def label(self) -> Mapping[str, str]:
        """The context as a mapping."""
        return dict(self.context)


@attrs.frozen(kw_only=True)
class Plan:
    """All the work of an export, in order, and how it came to be."""

    specs: tuple[Spec, ...]
    created_at: str
    settings: Mapping[str, Any] = attrs.field(factory=dict, hash=False)

    @property
    def id(self) -> str:
        """A hash of the ids of all specs."""
        digest = blake2b(digest_size=8)
        for spec in self.specs:
            digest.update(spec.id.encode())
        return digest.hexdigest()

    def counts(self) -> dict[str, int]:
        """How many requests go to which kind of report."""
        counts: dict[str, int] = dict.fromkeys(KINDS, 0)
        for spec in self.specs:
            counts[spec.kind] += spec.rows is None
        return {kind: count for kind, count in counts.items() if count}

    def lines(self) -> Iterator[str]:
        """The file, line by line."""
        head = {"midakit_plan": VERSION, "id": self.id, "created_at": self.created_at}
        yield json.dumps({**head, "settings": dict(self.settings), "specs": len(self.specs)})
        for spec in self.specs:
            yield json.dumps(_spec_to_json(spec))


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


def _spec_from_json(line: Mapping[str, Any]) -> Spec:
    call: Call[Any] = Call(
        operation=line["operation"],
        method="GET",
        path=line["path"],
        query=_pairs(line["query"]),
        answer=dict,
        safe=True,
    )
    return Spec(
        kind=line["kind"],
        project=line["project"],
        call=call,
        context=_pairs(line["context"]),
        paged=line["paged"],
        rows=line["rows"],
        round=line.get("round", 0),
    )


def _pairs(pairs: Iterable[Iterable[str]]) -> Pairs:
    return tuple((name, value) for name, value in pairs)


def parse(lines: Iterable[str], source: str = FILE) -> Plan:
    """Read a frozen plan; a damaged one is an error, not a smaller export."""
    iterator = iter(lines)
    try:
        head = json.loads(next(iterator))
        specs = tuple(_spec_from_json(json.loads(line)) for line in iterator)
        plan = Plan(specs=specs, created_at=head["created_at"], settings=head["settings"])
    except (StopIteration, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{source}: this is not a midakit plan ({error!r})") from None
    if head.get("midakit_plan") != VERSION:
        raise ConfigurationError(
            f"{source}: a plan of version {head.get('midakit_plan')}, not {VERSION}"
        )
    if plan.id != head["id"]:
        raise ConfigurationError(f"{source}: the plan was changed or cut short after it was frozen")
    return plan


def settings(text: str, source: str = FILE) -> dict[str, Any]:
    """Of a frozen plan, from its first line alone."""
    try:
        found: dict[str, Any] = json.loads(text.partition("\n")[0])["settings"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{source}: this is not a midakit plan ({error!r})") from None
    return found


def read(folder: Path) -> Plan:
    """The plan of an export folder."""
    path = folder / FILE
    if not path.exists():
        raise ConfigurationError(f"{folder} holds no export: there is no {FILE}")
    return parse(path.read_text(encoding="utf-8").splitlines(), str(path))
