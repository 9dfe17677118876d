"""`verify`: does a place hold what its plan promised?"""

from typing import Any

import attrs

from midakit.export.formats import FORMATS
from midakit.export.plan import FILE, parse
from midakit.export.targets import DuckDb, Files, Target, open_target


@attrs.frozen(kw_only=True)
class Verdict:
    """What was found."""

    plan_id: str
    total: int
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    unknown: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Every spec is there once, and every file is whole."""
        return not (self.missing or self.twice or self.damaged)

    def __str__(self) -> str:
        if self.ok:
            return f"whole: all {self.total} calls of plan {self.plan_id} are there once"
        named = ("missing", "twice", "damaged")
        parts = [f"{len(getattr(self, name))} {name}" for name in named if getattr(self, name)]
        return f"not whole: {', '.join(parts)} of {self.total} calls"


def form_of(place: Any) -> str:
    """The format that a place holds, by its files."""
    from midakit.export.stores import open_store

    for name in open_store(place).names():
        if name == DuckDb.FILE:
            return "duckdb"
        for form, format in FORMATS.items():
            if name.endswith(format.suffix) and "/" in name and not name.startswith("_"):
                return form
    return "parquet"


def verify(place: Any) -> Verdict:
    """Read every file's ids and compare them with the plan; changes nothing."""
    target = open_target(place, form_of(place))
    try:
        plan = parse(target.store.get(FILE).decode().splitlines(), FILE)
        planned = {(spec.kind, spec.id) for spec in plan.specs}
        found, damaged = _found(target)
    finally:
        target.close()
    counted = {key: found.count(key) for key in set(found)}
    return Verdict(
        plan_id=plan.id,
        total=len(planned),
        missing=tuple(sorted(one for kind, one in planned - set(counted))),
        twice=tuple(sorted(one for (kind, one), count in counted.items() if count > 1)),
        unknown=tuple(sorted(one for kind, one in set(counted) - planned if kind != "raw")),
        damaged=tuple(damaged),
    )


def _found(target: Target) -> tuple[list[tuple[str, str]], list[str]]:
    if isinstance(target, Files):
        from midakit.export.formats import Damaged

        found, damaged = [], []
        for name in target.files():
            try:
                covered = target.form.covered(target.store, name)
                target.form.read(target.store, name)
            except (Damaged, OSError, ValueError):
                damaged.append(name)
                continue
            found += [(name.split("/")[0], one) for one in covered.specs]
        return found, damaged
    return [(table, one) for table, ids in target.covered().items() for one in ids], []
