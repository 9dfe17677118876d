"""Which calls of a plan a place holds already, table by table."""

from collections.abc import Collection, Iterable, Mapping

from midakit.export.plan.packed_specs import PackedSpecs
from midakit.export.plan.spec import Spec


class Coverage:
    """The calls that a place holds.

    Args:
        found: Table -> ids of calls, as the files of the place say it.
        keep_raw: Whether the answers themselves are kept too, in the table `raw`.
    """

    def __init__(self, found: dict[str, set[str]], *, keep_raw: bool) -> None:
        self._found = found
        self._keep_raw = keep_raw

    def tables(self, spec: Spec) -> tuple[str, ...]:
        """Return the tables that get rows from a call.

        Args:
            spec: The call of the plan.
        """
        return (spec.kind, "raw") if self._keep_raw else (spec.kind,)

    def holds(self, spec: Spec, table: str) -> bool:
        """Return whether a table holds the rows of a call.

        Args:
            spec: The call of the plan.
            table: A table of the export, such as `results`, or `raw`.
        """
        return spec.id in self._found.get(table, ())

    def lacking(self, specs: PackedSpecs) -> PackedSpecs:
        """Return the calls that some table of theirs lacks.

        Args:
            specs: Calls of the plan.
        """
        if not any(self._found.values()):
            return specs
        found, raw = self._found, self._found.get("raw", ()) if self._keep_raw else None
        return specs.at(
            place
            for place, (table, id) in enumerate(specs.kinds_and_ids())
            if id not in found.get(table, ()) or (raw is not None and id not in raw)
        )

    def add(self, committed: Mapping[str, Iterable[Collection[str]]]) -> None:
        """Take in what a run has committed.

        Args:
            committed: Table -> ids of calls, file by file.
        """
        for table, files in committed.items():
            self._found.setdefault(table, set()).update(*files)
