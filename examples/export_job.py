"""A nightly export job for a scheduler.

    python export_job.py PLACE           # a folder, s3://bucket/prefix, gs://..., az://...

- A run that was killed left a plan without its `_SUCCESS`: it is worked off before anything else.
- After the first time only what can have changed is fetched.
- What failed is tried once more at the end.

Exit code: 0 whole, 3 partial, 4 stopped but resumable, as `midakit export` has them; 1 not begun.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from midakit import AsyncMida, F, MidakitError
from midakit.export import verify
from midakit.export.files import open_store
from midakit.export.run.progress import Lines

WANTED = {
    "kinds": ("experiments", "results", "timeseries"),
    "segments": {"mobile": F.device == "mobile", "desktop": F.device == "desktop"},
    "breakdowns": ["country"],
}


async def main(place: str) -> int:
    tell = Lines(as_json=True)
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    there = set(open_store(place).names())
    async with AsyncMida() as mida:
        if "_midakit_plan.jsonl" in there and "_SUCCESS" not in there:
            report = await mida.export(place, resume=True, on_progress=tell)
            if report.state == "stopped":
                return report.exit_code
        report = await mida.export(
            place, since_last=True, end_date=yesterday, on_progress=tell, **WANTED
        )
        if report.failures:
            report = await mida.export(place, retry_failed=True, on_progress=tell)
    print(report)
    if report.ok:
        print(verify(place))
    return report.exit_code


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python export_job.py PLACE")
    try:
        sys.exit(asyncio.run(main(sys.argv[1])))
    except MidakitError as error:  # no key, a folder in use, no network for the listing
        sys.exit(f"export_job: {error}")
