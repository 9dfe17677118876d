"""Bulk export against a real sandbox, into every format, through interruptions."""

import asyncio
import json

import pyarrow as pa
import pytest

from midakit import AsyncMida, ConfigurationError, F, InvalidRequest, Mida
from midakit.export.api import dry_run, export
from midakit.export.files.buffer import Limits
from midakit.export.files.compact import compact
from midakit.export.files.folders import Folder
from midakit.export.files.formats import FORMATS
from midakit.export.files.verify import verify

KINDS = ("experiments", "results", "timeseries", "metrics", "goals")
SMALL = Limits(specs=3)


def client(sandbox, **options):
    return AsyncMida(
        options.pop("api_key", sandbox.api_key),
        project_key=sandbox.project_key,
        base_url=sandbox.base_url,
        **options,
    )


def run(sandbox, place, **wanted):
    async def main():
        async with client(sandbox) as mida:
            return await export(mida, place, **wanted)

    return asyncio.run(main())


def rows(place, form, table):
    """A table's rows without what differs between runs."""
    if form == "duckdb":
        import duckdb

        with duckdb.connect(str(place / "export.duckdb"), read_only=True) as db:
            found = db.sql(f"select * from {table}").to_arrow_table()
    else:
        store = Folder(place)
        names = [
            name
            for name in store.names()
            if name.startswith(f"{table}/") and name.endswith(FORMATS[form].suffix)
        ]
        found = pa.concat_tables(
            [FORMATS[form].rows(store, name, name.split("/")[0]) for name in names]
        )
    return sorted(
        json.dumps(
            {k: str(v) for k, v in row.items() if k != "fetched_at" and v is not None},
            sort_keys=True,
        )
        for row in found.to_pylist()
    )


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv", "jsonl", "duckdb"])
def test_every_format_holds_the_same_rows(mida_sandbox, tmp_path, form):
    """Whatever the format: whole, verified, and the same numbers as the report."""
    report = run(
        mida_sandbox, tmp_path, kinds=KINDS, format=form, limits=SMALL,
        segments={"mobile": F.device == "mobile"}, breakdowns=["country"], end_date="2026-06-30",
    )  # fmt: skip
    assert report.ok, report
    assert report.exit_code == 0
    assert (tmp_path / "_SUCCESS").exists()
    assert verify(tmp_path).ok
    assert report.absent > 0  # the listing shows an experiment of another project
    with Mida(
        mida_sandbox.api_key, project_key=mida_sandbox.project_key, base_url=mida_sandbox.base_url
    ) as mida:
        result = mida.experiments.result(1001, start_date="2020-01-01", end_date="2026-06-30")
    totals = [json.loads(row) for row in rows(tmp_path, form, "results")]
    control = [
        row for row in totals
        if row["test_id"] == "1001" and row["variant_id"] == "0" and "segment" not in row and "breakdown_value" not in row
    ]  # fmt: skip
    assert [int(row["visitors"]) for row in control] == [result.control.visitors]
    assert rows(tmp_path, form, "timeseries")


def test_a_resume_fetches_nothing_twice_and_lists_nothing(mida_sandbox, tmp_path):
    """The frozen plan is worked off: a second run sends no request at all."""
    assert run(mida_sandbox, tmp_path, kinds=KINDS).ok
    seen = len(mida_sandbox.requests())
    report = run(mida_sandbox, tmp_path, resume=True)
    assert report.ok
    assert report.fetched == 0
    assert len(mida_sandbox.requests()) == seen


def test_failures_are_typed_written_down_and_can_be_retried(mida_sandbox, tmp_path):
    """A report that fails is exit 3 and a line; --retry-failed runs just those."""
    mida_sandbox.faults(
        {"action": "status", "args": {"code": 400}, "path": ".*/experiment/1002/result"}
    )
    report = run(mida_sandbox, tmp_path, kinds=("results",))
    assert report.exit_code == 3
    lines = (tmp_path / "failures.jsonl").read_text().splitlines()
    assert [json.loads(line)["error"] for line in lines] == ["BadRequest"] * len(lines)
    assert not (tmp_path / "_SUCCESS").exists()
    mida_sandbox.clear_faults()
    again = run(mida_sandbox, tmp_path, retry_failed=True)
    assert again.fetched == len(lines)
    assert again.ok
    assert verify(tmp_path).ok


def test_a_revoked_key_stops_the_run(mida_sandbox, tmp_path):
    """401 is one answer, not a thousand failures; what is there stays, exit 4."""
    mida_sandbox.faults({"action": "status", "args": {"code": 401}, "path": ".*/timeseries"})
    report = run(mida_sandbox, tmp_path, kinds=("results", "timeseries"))
    assert report.state == "stopped"
    assert report.exit_code == 4
    assert "no longer accepted" in report.why
    mida_sandbox.clear_faults()
    assert run(mida_sandbox, tmp_path, resume=True).ok


def test_two_runs_into_one_folder_are_refused(mida_sandbox, tmp_path):
    """The second hears why."""
    folder = Folder(tmp_path)
    folder.lock()
    try:
        with pytest.raises(ConfigurationError, match="another export"):
            run(mida_sandbox, tmp_path)
    finally:
        folder.unlock()
    assert run(mida_sandbox, tmp_path, kinds=("goals",)).ok
    with pytest.raises(ConfigurationError, match="holds another export"):
        run(mida_sandbox, tmp_path, kinds=("results",))


def test_damaged_files_are_set_aside_and_fetched_again(mida_sandbox, tmp_path):
    """A broken footer costs its calls, not the export."""
    assert run(mida_sandbox, tmp_path, kinds=("results",), limits=SMALL).ok
    before = rows(tmp_path, "parquet", "results")
    victim = min((tmp_path / "results").glob("*.parquet"))
    victim.write_bytes(victim.read_bytes()[:-20])
    assert not verify(tmp_path).ok
    assert run(mida_sandbox, tmp_path, resume=True).ok
    assert rows(tmp_path, "parquet", "results") == before
    assert verify(tmp_path).ok


def test_a_compaction_of_nothing_says_so_and_makes_nothing(tmp_path):
    """A misspelt folder is not made."""
    with pytest.raises(ConfigurationError, match="nowhere does not exist, so there is no export"):
        compact(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


def test_compaction_keeps_every_row_and_id(mida_sandbox, tmp_path):
    """Many files become one, and it still knows which calls it covers."""
    assert run(
        mida_sandbox,
        tmp_path,
        kinds=("results", "timeseries"),
        limits=Limits(specs=1),
        concurrency=1,
    ).ok
    before = rows(tmp_path, "parquet", "timeseries")
    counts = compact(tmp_path)
    assert counts["timeseries"][0] > 1
    assert counts["timeseries"][1] == 1
    assert rows(tmp_path, "parquet", "timeseries") == before
    assert verify(tmp_path).ok


def test_a_dry_run_writes_nothing_and_says_what_would_come(mida_sandbox, tmp_path):
    """Requests by kind, and time and bytes out of a probe."""

    async def main():
        async with client(mida_sandbox) as mida:
            return await dry_run(mida, kinds=("results", "timeseries"))

    estimate = asyncio.run(main())
    listed = len(mida_sandbox.state.records.find_all("experiment"))
    assert estimate.requests["results"] == estimate.requests["timeseries"] == listed
    assert estimate.bytes > 0
    assert f"{2 * listed} requests" in str(estimate)
    assert not list(tmp_path.iterdir())


def test_a_url_that_would_be_too_long_is_a_plan_error(mida_sandbox, tmp_path):
    """Before anything is fetched."""
    where = F.uuid.in_(*(f"visitor-{n:060d}" for n in range(120)))
    with pytest.raises(InvalidRequest, match="characters long"):
        run(mida_sandbox, tmp_path, segments={"few": where})


def test_incremental_runs_read_only_what_can_have_changed(mida_sandbox, tmp_path):
    """A second export reads timeseries from the look-back on, and rows merge on their keys."""
    assert run(mida_sandbox, tmp_path, kinds=("experiments", "timeseries")).ok
    report = run(
        mida_sandbox, tmp_path, kinds=("experiments", "timeseries"), since_last=True, lookback=3
    )
    assert report.ok
    assert compact(tmp_path)["timeseries"][1] == 1


def test_no_key_is_in_any_file(mida_sandbox, tmp_path):
    """Neither plan, data, manifest nor failures hold it."""
    mida_sandbox.faults(
        {"action": "status", "args": {"code": 400}, "path": ".*/experiment/1003/result"}
    )

    async def main():
        async with client(mida_sandbox, retry=1) as mida:
            return await export(mida, tmp_path, kinds=KINDS, keep_raw=True, format="jsonl")

    assert len(asyncio.run(main()).failures) == 1
    assert (tmp_path / "failures.jsonl").exists()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"Bearer" not in path.read_bytes()


def test_the_blocking_client_exports_too(mida_sandbox, tmp_path):
    """The same engine behind `Mida.export`, inside a running loop as well."""
    with Mida(
        mida_sandbox.api_key, project_key=mida_sandbox.project_key, base_url=mida_sandbox.base_url
    ) as mida:
        assert mida.export(tmp_path / "one", kinds=("results",)).ok

        async def inside():
            return mida.export(tmp_path / "two", kinds=("results",))

        assert asyncio.run(inside()).ok
