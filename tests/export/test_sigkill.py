"""kill -9 of a real process at random instants, over real sockets, in every format."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from midakit import AsyncMida
from midakit.export.files.verify import verify
from midakit.export.plan.plan import FILE
from support import exporter
from support.engines import reports
from support.exports import FORMATS, rows, run

PROGRAM = Path(exporter.__file__)
ASKED = {
    "kinds": ["results", "timeseries"],
    "end_date": "2026-06-30",
    "segments": {
        f"h{hour}": [[{"criteria": "hourofday", "operator": ">=", "value": hour}]] for hour in range(2)
    },
}  # fmt: skip


def start(sandbox, place, **options):
    return subprocess.Popen(
        [sys.executable, PROGRAM, sandbox.base_url, sandbox.api_key, sandbox.project_key, place,
         json.dumps(options)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def finished(process):
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output


def last(sandbox):
    """The number of the last request."""
    seen = sandbox.requests()
    return seen[-1]["number"] if seen else 0


def killed(sandbox, place, count, **first):
    """Killed when the server has seen so many more reports; False when it ended before."""
    wanted = {"resume": True} if (place / FILE).exists() else {**ASKED, **first}
    before = last(sandbox)
    with start(sandbox, place, **wanted) as process:
        process.stdout.readline()
        while len(reports(sandbox, before)) < count:
            if process.poll() is not None:
                return False
            time.sleep(0.005)
        process.kill()
    return True


CALM = {}


def calm(sandbox, folder):
    """The rows of an undisturbed run, by table, and how many reports it reads: the same in every format."""
    if not CALM:
        client = AsyncMida(
            sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url
        )
        before = last(sandbox)
        run(client, folder, **ASKED)
        CALM.update({table: rows(folder, table) for table in ASKED["kinds"]})
        CALM["reports"] = len(reports(sandbox, before))
    return CALM


def survives_kills(sandbox, folder, form, kills):
    """So many kills, each within its share of the reports; then a resume."""
    whole, place = calm(sandbox, folder / "calm"), folder / "stormy"
    dice = random.Random(form)
    most = max(1, whole["reports"] // kills * 3 // 4)
    hit = [killed(sandbox, place, dice.randint(1, most), format=form) for _ in range(kills)]
    assert any(hit)
    left, before = verify(place).missing, last(sandbox)
    finished(start(sandbox, place, resume=True))
    in_flight = 4  # what the server took from the one that was killed; nothing else is asked again
    assert len(reports(sandbox, before)) <= len(left) + in_flight
    for table in ASKED["kinds"]:
        assert rows(place, table) == whole[table]
    assert verify(place).ok
    assert not list(place.rglob("*.tmp"))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_a_killed_export_resumes_to_the_same_rows(mida_sandbox, tmp_path, form):
    """The rows are those of an undisturbed run, each call committed once."""
    survives_kills(mida_sandbox, tmp_path, form, 1)


@pytest.mark.soak
@pytest.mark.parametrize("form", FORMATS)
def test_twenty_kills_at_random_instants(mida_sandbox, tmp_path, form):
    """The same, through twenty kills."""
    survives_kills(mida_sandbox, tmp_path, form, 20)
