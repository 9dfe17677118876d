"""Who exports the account, each in a process of its own so that its peak memory is its own.

    python -m benchmarks.account.contenders NAME URL FOLDER

Everybody lists the experiments, fetches result and timeseries of each with 64 requests in flight, and
leaves Parquet with the same rows. Ours has everything on: a frozen plan, retries, fsync, a commit log.
The others are written as an expert would by hand; none of them can go on after a kill.
"""

import asyncio
import sys
from pathlib import Path

from benchmarks.account.processes import timed

FLIGHT = 64
HEADERS = {"authorization": "Bearer key"}
KINDS = (("result", "variants"), ("timeseries", "timeseries"))


async def fetched(get):
    """List, then fetch everything with workers that share an iterator: bytes by experiment and kind."""
    import orjson

    base = "/v2/project/p"
    ids, offset = [], 0
    while True:
        page = orjson.loads(await get(f"{base}/experiments?limit=500&offset={offset}"))
        ids += [one["test_id"] for one in page["experiments"]]
        if len(page["experiments"]) < 500:
            break
        offset += 500
    found = {kind: ([], []) for kind, _ in KINDS}
    wanted = iter([(test_id, kind) for test_id in ids for kind, _ in KINDS])

    async def work():
        for test_id, kind in wanted:
            body = await get(f"{base}/experiment/{test_id}/{kind}")
            numbers, bodies = found[kind]
            numbers.append(test_id)
            bodies.append(body)

    await asyncio.gather(*(work() for _ in range(FLIGHT)))
    return found


def by_arrow(found, place):
    """All answers of a kind as JSON lines to Arrow, and the list of rows as rows."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    for kind, key in KINDS:
        numbers, bodies = found[kind]
        lines = b"\n".join(bodies)
        table = pj.read_json(pa.BufferReader(lines), pj.ReadOptions(block_size=len(lines)))
        answers = table.column(key).combine_chunks()
        rows = pa.Table.from_struct_array(answers.flatten())
        of = pa.array(numbers).take(pc.list_parent_indices(answers))
        pq.write_table(rows.append_column("test_id", of), place / f"{kind}.parquet")


def by_polars(found, place):
    """Dicts, row by row, and one frame of them."""
    import orjson
    import polars as pl

    for kind, key in KINDS:
        rows = [
            {"test_id": number, **row}
            for number, body in zip(*found[kind], strict=True)
            for row in orjson.loads(body)[key]
        ]
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(place / f"{kind}.parquet")


async def run_httpx(url, place):
    import httpx

    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as client:

        async def get(path):
            return (await client.get(path)).raise_for_status().content

        by_polars(await fetched(get), place)


async def run_polars(url, place):
    """As most people would: aiohttp, orjson, one frame."""
    await run_aiohttp(url, place, by_polars)


async def run_aiohttp(url, place, convert=by_arrow):
    import aiohttp

    async with aiohttp.ClientSession(url, headers=HEADERS, raise_for_status=True) as session:

        async def get(path):
            async with session.get(path) as answer:
                return await answer.read()

        convert(await fetched(get), place)


async def run_wreq(url, place):
    import wreq

    client = wreq.Client(headers=HEADERS)

    async def get(path):
        answer = await client.get(url + path)
        answer.raise_for_status()
        return bytes(await answer.bytes())

    by_arrow(await fetched(get), place)


async def run_midakit(url, place, processes=1):
    from midakit import AsyncMida

    async with AsyncMida("key", project_key="p", base_url=url, max_concurrency=FLIGHT) as mida:
        report = await mida.export(
            place, kinds=("results", "timeseries"), end_date="2026-06-30", processes=processes
        )
    assert report.ok, report


async def run_processes(url, place):
    """The same, with two worker processes."""
    await run_midakit(url, place, 2)


async def run_dlt(url, place):
    """dlt's own source for such an API: a resource for each path, Parquet files in a folder."""
    import os

    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt
    from dlt.sources.rest_api import rest_api_source

    def report(kind, key):
        path = f"v2/project/p/experiment/{{resources.experiments.test_id}}/{kind}"
        return {
            "name": kind,
            "endpoint": {"path": path, "data_selector": key, "paginator": "single_page"},
            "include_from_parent": ["test_id"],
            "parallelized": True,
        }

    pages = {"type": "offset", "limit": 500, "total_path": None, "stop_after_empty_page": True}
    listing = {
        "path": "v2/project/p/experiments",
        "data_selector": "experiments",
        "paginator": pages,
    }
    source = rest_api_source({
        "client": {"base_url": f"{url}/", "headers": HEADERS},
        "resources": [
            {"name": "experiments", "endpoint": listing},
            *(report(kind, key) for kind, key in KINDS),
        ],
    })  # fmt: skip
    pipeline = dlt.pipeline(
        "account",
        pipelines_dir=str(place.parent / "state"),
        destination=dlt.destinations.filesystem(place.as_uri()),
        dataset_name="account",
    )
    pipeline.run(source, loader_file_format="parquet")


CONTENDERS = {
    "midakit": run_midakit,
    "processes": run_processes,
    "httpx": run_httpx,
    "aiohttp": run_aiohttp,
    "polars": run_polars,
    "wreq": run_wreq,
    "dlt": run_dlt,
}


def rows(place):
    """How many rows of each kind a contender has left."""
    import pyarrow.parquet as pq

    found = {}
    for kind, _ in KINDS:
        files = [one for one in place.rglob("*.parquet") if kind in str(one.relative_to(place))]
        found[kind] = sum(pq.ParquetFile(one).metadata.num_rows for one in files)
    return found


def main():
    name, url, folder = sys.argv[1:]
    place = Path(folder) / "out"
    place.mkdir(parents=True, exist_ok=True)  # after a kill it is there
    timed(lambda: asyncio.run(CONTENDERS[name](url, place)), lambda: rows(place))


if __name__ == "__main__":
    main()
