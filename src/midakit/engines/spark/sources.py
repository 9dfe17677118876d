"""The data source as Spark sees it: a table, readers, partitions. Needs pyspark.

Python objects of this module live in three kinds of processes: the driver's planner makes partitions,
workers read them, and a stream's runner keeps offsets. Each is pickled to where it works, so all they
hold is what was asked for.
"""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from pyspark.sql.datasource import (
    DataSource,
    DataSourceReader,
    DataSourceStreamReader,
    InputPartition,
)
from pyspark.sql.streaming.datasource import ReadMaxFiles, SupportsTriggerAvailableNow

from midakit.engines.spark.connect import Shared
from midakit.engines.spark.options import Wanted, wanted
from midakit.engines.spark.plans import frozen
from midakit.engines.spark.pushdown import Rule, kept, rules
from midakit.engines.spark.reader import batches
from midakit.engines.spark.slices import Offset, cut, of_table, offset, position
from midakit.errors import ConfigurationError
from midakit.export.plan.spec import Plan, Spec
from midakit.export.schemas import DAY, FLAG, INT, NUM, SHORT, SMALL, STAMP, TEXT, TIME, columns

TYPES = {
    TEXT: "string", INT: "bigint", SMALL: "int", SHORT: "smallint", NUM: "double",
    FLAG: "boolean", DAY: "date", TIME: "timestamp", STAMP: "timestamp",
}  # fmt: skip


def schema_of(table: str) -> str:
    """A table's schema as Spark's DDL."""
    return ", ".join(f"`{name}` {TYPES[kind]}" for name, kind in columns(table).items())


class Slice(InputPartition):
    """Calls for one task, and how many tasks there are."""

    def __init__(self, specs: Sequence[Spec], tasks: int) -> None:
        super().__init__(tuple(specs))
        self.tasks = tasks

    def __repr__(self) -> str:
        return f"<Slice of {len(self.value)} calls>"


class MidaSource(DataSource):
    """`spark.read.format("midakit")`; `register` makes the subclass that knows the session."""

    shared: ClassVar[Shared] = Shared()

    @classmethod
    def name(cls) -> str:
        """What `format` takes."""
        return "midakit"

    def schema(self) -> str:
        """The table's own; it is fixed."""
        return schema_of(wanted(self.options).table)

    def reader(self, schema: Any) -> "Reader":
        """For `spark.read`."""
        return Reader(self._checked(schema), self.shared)

    def streamReader(self, schema: Any) -> "StreamReader":  # noqa: N802  # Spark's name
        """For `spark.readStream`."""
        return StreamReader(self._checked(schema), self.shared)

    def _checked(self, schema: Any) -> Wanted:
        asked = wanted(self.options)
        if list(schema.fieldNames()) != list(columns(asked.table)):
            raise ConfigurationError(
                f"the schema of {asked.table} is fixed; leave .schema(...) out and select columns"
            )
        return asked


class Rows:
    """What both readers do: slice a plan, and read a slice."""

    def __init__(self, asked: Wanted, shared: Shared) -> None:
        self._wanted = asked
        self._shared = shared

    def _slices(self, specs: Sequence[Spec]) -> list[InputPartition]:
        pieces = cut(specs, self._shared.slots, self._wanted.partitions)
        return [Slice(piece, len(pieces)) for piece in pieces]

    def read(self, partition: Any) -> Iterator[Any]:
        """The rows of a slice, in a worker; Spark makes a partition of nothing up for an empty plan."""
        if isinstance(partition, Slice):
            yield from batches(partition.value, self._wanted, self._shared, partition.tasks)


class Reader(Rows, DataSourceReader):
    """One read of the whole plan."""

    def __init__(self, asked: Wanted, shared: Shared) -> None:
        super().__init__(asked, shared)
        self._rules: list[Rule] = []

    def pushFilters(self, filters: list[Any]) -> list[Any]:  # noqa: N802  # Spark's name
        """Calls that cannot match are not made; every filter stays with Spark, for the rows."""
        self._rules = rules(filters)
        return filters

    def partitions(self) -> list[InputPartition]:
        """Slices of the plan."""
        plan = frozen(self._wanted, self._shared)
        return self._slices(kept(of_table(plan, self._wanted.table), self._rules))


class StreamReader(Rows, DataSourceStreamReader, SupportsTriggerAvailableNow):
    """The plan as a stream: an offset is a position in it, and its end is the end."""

    def __init__(self, asked: Wanted, shared: Shared) -> None:
        super().__init__(asked, shared)
        if asked.plan is None:
            raise ConfigurationError(
                "option 'plan': a stream needs a place for its frozen plan, which a restart reads back"
            )
        self._plan: Plan | None = None
        self._specs: list[Spec] = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_plan": None, "_specs": []}

    def _frozen(self) -> Plan:
        if self._plan is None:
            self._plan = frozen(self._wanted, self._shared)
            self._specs = of_table(self._plan, self._wanted.table)
        return self._plan

    def initialOffset(self) -> Offset:  # noqa: N802  # Spark's name
        """The beginning of the plan."""
        return offset(self._frozen(), 0)

    def getDefaultReadLimit(self) -> ReadMaxFiles:  # noqa: N802  # Spark's name
        """So many calls a batch."""
        return ReadMaxFiles(self._wanted.requests_per_trigger)

    def latestOffset(self, start: Offset, limit: Any) -> Offset:  # noqa: N802  # Spark's name
        """As far as one batch may go."""
        plan = self._frozen()
        begin, end = position(plan, start), len(self._specs)
        if isinstance(limit, ReadMaxFiles):
            end = min(end, begin + limit.max_files)
        return offset(plan, end)

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802  # Spark's name
        """A frozen plan does not grow."""

    def partitions(self, start: Offset, end: Offset) -> list[InputPartition]:
        """Slices of the calls between two offsets: the same ones, whenever it is asked."""
        plan = self._frozen()
        return self._slices(self._specs[position(plan, start) : position(plan, end)])
