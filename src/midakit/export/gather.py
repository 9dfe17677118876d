"""`gather_arrow`: many reports as Arrow tables, without files and without models."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.extras import need
from midakit.errors import InvalidRequest, MidakitError, TransportError
from midakit.export.api import export_clients
from midakit.export.files.buffer import Buffer, FetchedRows, Limits
from midakit.export.files.contents import CommittedFile
from midakit.export.plan.packed_specs import PackedSpecs
from midakit.export.plan.report_calls import plain_call
from midakit.export.plan.spec import Spec
from midakit.export.run.absences import leaders_first
from midakit.export.run.counts import RunCounts
from midakit.export.run.process_runner import ProcessRunner
from midakit.export.run.process_settings import calls_at_once, check_processes
from midakit.export.run.worker import RunStopped
from midakit.export.schemas import TABLES, arrow
from midakit.mida.options import Processes

if TYPE_CHECKING:
    import pyarrow

    from midakit.mida._async.client import AsyncMida

REPORTS = {"result": "results", "metrics": "metrics", "timeseries": "timeseries"}
"""The last part of a report's path -> its table."""
COLUMNS = {"start_date": "window_start", "end_date": "window_end"}
"""What a query says -> the column that says it; other columns have the query's own names."""


async def gather_arrow(
    client: "AsyncMida",
    calls: "Iterable[Call[Any]]",
    *,
    processes: Processes = 1,
    concurrency: int | None = None,
    rps: float | None = None,
) -> "dict[str, pyarrow.Table]":
    """Send many reports and return their rows as Arrow tables.

    Args:
        client: The client to ask with.
        calls: Reports of experiments: results, metrics or timeseries; one that is given twice is sent once.
        processes: How many processes fetch and decode; `auto` chooses by calls and processors.
        concurrency: How many calls run at once; when left out, the client's `max_concurrency`.
        rps: The most calls to send per second.

    Returns:
        Table -> rows, in the order of the calls. A report that the server does not have (404) gives none.

    Raises:
        InvalidRequest: A call is no report.
        ConfigurationError: The client is tied to one process, or has no project.
        MidakitError: The first call that failed for good.
    """
    need("pyarrow", extra="export")
    clients = export_clients(client, None)
    check_processes(processes, clients.values())
    most = calls_at_once(client, concurrency)
    [project] = clients
    specs = list({spec.id: spec for spec in (_spec(project, call) for call in calls)}.values())
    buffer = TableBuffer()
    runner = Gathering(
        clients,
        buffer,
        concurrency=most,
        processes=processes,
        rps=rps,
    )
    await runner.run([specs[place] for place in leaders_first(PackedSpecs(specs))])
    return buffer.tables([spec.id for spec in specs])


class TableBuffer(Buffer):
    """Rows that wait to become columns, and the tables of those that are."""

    def __init__(self) -> None:
        super().__init__(None, Limits())
        self._found: dict[str, list[Any]] = {}

    def _hand_on(self, found: FetchedRows) -> CommittedFile:
        self._found.setdefault(found.table, []).append(found.rows)
        return CommittedFile("", found.table, found.rows.num_rows, 0)

    def tables(self, ids: list[str]) -> "dict[str, pyarrow.Table]":
        """Return all rows, table by table.

        Args:
            ids: The ids of the calls, in order.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        made = {}
        for name in (name for name in TABLES if name in self._found):
            rows = pa.concat_tables([arrow(name).empty_table(), *self._found[name]])
            options = pc.SetLookupOptions(pa.array(ids, pa.string()))
            places = pc.call_function("index_in", [rows.column("spec_id")], options)
            made[name] = rows.take(pc.call_function("sort_indices", [places]))
        return made


class Gathering(ProcessRunner):
    """Calls whose rows stay in memory; the first that fails ends it."""

    async def run(self, specs: list[Spec]) -> None:
        """Fetch all calls.

        Args:
            specs: The calls.

        Raises:
            MidakitError: A call failed for good, or nothing is answered any more.
        """
        self._counts = RunCounts(total=len(specs))
        try:
            await self._fetch(specs)
            await self._flush_all()
        except RunStopped as stop:
            if isinstance(stop.__cause__, MidakitError):
                raise stop.__cause__ from None
            raise TransportError(str(stop)) from None

    def _note_failed(self, spec: Spec, error: MidakitError, attempts: int) -> None:
        super()._note_failed(spec, error, attempts)
        if self._counts.failures:
            raise error

    failed = _note_failed


def _spec(project: str, call: "Call[Any]") -> Spec:
    """Return a report as exports plan it."""
    experiment, _, name = call.path.rpartition("/")
    if name not in REPORTS or call.method != "GET":
        raise InvalidRequest("calls", f"{call.operation} is no report of an experiment")
    found = {COLUMNS.get(key, key): value for key, value in call.query}
    context = {"test_id": experiment.rpartition("/")[2], **found}
    known = ((key, value) for key, value in context.items() if key in TABLES["raw"])
    return Spec(kind=REPORTS[name], project=project, call=plain_call(call), context=tuple(known))
