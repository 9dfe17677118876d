"""The data source as Spark sees it: a table, readers, partitions. Needs pyspark.

Objects of this module live in three kinds of processes: the driver's planner makes partitions, workers
read them, and a stream's runner keeps offsets. Each is pickled to where it works, so they hold nothing
but what was asked for.
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

from midakit.engines.spark.connect import SessionSettings
from midakit.engines.spark.options import ReadOptions, parse_options
from midakit.engines.spark.plans import plan_of_read
from midakit.engines.spark.pushdown import Rule, kept, rules
from midakit.engines.spark.reader import batches
from midakit.engines.spark.slices import Offset, cut, of_table, offset, position
from midakit.errors import ConfigurationError
from midakit.export.plan.plan import Plan
from midakit.export.plan.spec import Spec
from midakit.export.schemas import (
    DAY,
    FLAG,
    INT,
    NUM,
    SHORT,
    SMALL,
    STAMP,
    TEXT,
    TEXTS,
    TIME,
    columns,
)

TYPES = {
    TEXT: "string", INT: "bigint", SMALL: "int", SHORT: "smallint", NUM: "double",
    FLAG: "boolean", DAY: "date", TIME: "timestamp", STAMP: "timestamp", TEXTS: "array<string>",
}  # fmt: skip


def schema_of(table: str) -> str:
    """Return a table's schema as Spark's DDL.

    Args:
        table: A table of the export, such as `results`.
    """
    return ", ".join(f"`{name}` {TYPES[kind]}" for name, kind in columns(table).items())


class Slice(InputPartition):
    """The calls of one task.

    Args:
        specs: Calls of the plan.
        tasks: How many tasks the read has.
    """

    def __init__(self, specs: Sequence[Spec], tasks: int) -> None:
        super().__init__(tuple(specs))
        self.tasks = tasks

    def __repr__(self) -> str:
        return f"<Slice of {len(self.value)} calls>"


class MidaSource(DataSource):
    """What `spark.read.format("midakit")` finds; `register` makes the subclass that knows the session."""

    session: ClassVar[SessionSettings] = SessionSettings()

    @classmethod
    def name(cls) -> str:
        """Return the name that `format` takes."""
        return "midakit"

    def schema(self) -> str:
        """Return the table's schema, which is fixed."""
        return schema_of(parse_options(self.options).table)

    def reader(self, schema: Any) -> "Reader":
        """Return the reader for `spark.read`.

        Args:
            schema: The schema that Spark expects.

        Raises:
            ConfigurationError: An option is wrong, or the schema is not the table's.
        """
        return Reader(self._checked(schema), self.session)

    def streamReader(self, schema: Any) -> "StreamReader":  # noqa: N802  # Spark's name
        """Return the reader for `spark.readStream`.

        Args:
            schema: The schema that Spark expects.

        Raises:
            ConfigurationError: An option is wrong, or the schema is not the table's.
        """
        return StreamReader(self._checked(schema), self.session)

    def _checked(self, schema: Any) -> ReadOptions:
        options = parse_options(self.options)
        if list(schema.fieldNames()) != list(columns(options.table)):
            raise ConfigurationError(
                f"the schema of {options.table} is fixed; leave .schema(...) out and select columns"
            )
        return options


class SliceReader:
    """What both readers do: cut a plan into slices, and read a slice.

    Args:
        options: What `.option(...)` set on the reader.
        session: What the session's tasks go by.
    """

    def __init__(self, options: ReadOptions, session: SessionSettings) -> None:
        self._options = options
        self._session = session

    def _slices(self, specs: Sequence[Spec]) -> list[InputPartition]:
        slices = cut(specs, self._session.slots, self._options.partitions)
        return [Slice(one, len(slices)) for one in slices]

    def read(self, partition: Any) -> Iterator[Any]:
        """Yield the rows of a slice, in a worker.

        Args:
            partition: A `Slice`; for an empty plan, a partition that Spark made up, which has no rows.
        """
        if isinstance(partition, Slice):
            yield from batches(partition.value, self._options, self._session, partition.tasks)


class Reader(SliceReader, DataSourceReader):
    """The reader of `spark.read`: one read of the whole plan."""

    def __init__(self, options: ReadOptions, session: SessionSettings) -> None:
        super().__init__(options, session)
        self._rules: list[Rule] = []

    def pushFilters(self, filters: list[Any]) -> list[Any]:  # noqa: N802  # Spark's name
        """Leave out the calls that cannot match; return every filter, for Spark to check the rows.

        Args:
            filters: Spark's filters.
        """
        self._rules = rules(filters)
        return filters

    def partitions(self) -> list[InputPartition]:
        """Return the slices of the plan."""
        plan = plan_of_read(self._options, self._session)
        return self._slices(kept(of_table(plan, self._options.table), self._rules))


class StreamReader(SliceReader, DataSourceStreamReader, SupportsTriggerAvailableNow):
    """The reader of `spark.readStream`: an offset is a position in the plan, and the stream ends with it."""

    def __init__(self, options: ReadOptions, session: SessionSettings) -> None:
        super().__init__(options, session)
        if options.plan is None:
            raise ConfigurationError(
                "option 'plan': a stream needs a place for its frozen plan, which a restart reads back"
            )
        self._plan: Plan | None = None
        self._specs: list[Spec] = []

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_plan": None, "_specs": []}

    def _frozen(self) -> Plan:
        if self._plan is None:
            self._plan = plan_of_read(self._options, self._session)
            self._specs = of_table(self._plan, self._options.table)
        return self._plan

    def initialOffset(self) -> Offset:  # noqa: N802  # Spark's name
        """Return the beginning of the plan."""
        return offset(self._frozen(), 0)

    def getDefaultReadLimit(self) -> ReadMaxFiles:  # noqa: N802  # Spark's name
        """Return how many calls a batch has."""
        return ReadMaxFiles(self._options.requests_per_trigger)

    def latestOffset(self, start: Offset, limit: Any) -> Offset:  # noqa: N802  # Spark's name
        """Return the offset up to which one batch may read.

        Args:
            start: Where the batch begins.
            limit: How many calls it may have.
        """
        plan = self._frozen()
        begin, end = position(plan, start), len(self._specs)
        if isinstance(limit, ReadMaxFiles):
            end = min(end, begin + limit.max_files)
        return offset(plan, end)

    def prepareForTriggerAvailableNow(self) -> None:  # noqa: N802  # Spark's name
        """Prepare nothing: a frozen plan does not grow."""

    def partitions(self, start: Offset, end: Offset) -> list[InputPartition]:
        """Return the slices of the calls between two offsets: always the same ones.

        Args:
            start: Where the batch begins.
            end: Where it ends.
        """
        plan = self._frozen()
        return self._slices(self._specs[position(plan, start) : position(plan, end)])
