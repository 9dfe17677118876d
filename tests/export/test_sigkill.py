"""kill -9 of a real process at random instants, over real sockets, in every format."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from midakit.export.files.verify import verify
from midakit.export.plan.spec import FILE
from support import exporter
from support.exports import FORMATS, rows

PROGRAM = Path(exporter.__file__)
ASKED = {
    "kinds": ["results", "timeseries"],
    "end_date": "2026-06-30",
    "segments": {
        f"h{hour}": [[{"criteria": "hourofday", "operator": ">=", "value": hour}]] for hour in range(12)
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


def killed(sandbox, place, seconds, **first):
    """Killed so long after it set to work; False when it was quicker."""
    wanted = {"resume": True} if (place / FILE).exists() else {**ASKED, **first}
    with start(sandbox, place, **wanted) as process:
        process.stdout.readline()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def survives_kills(sandbox, folder, form, kills):
    """So many kills, each within the time that is left of a calm run; then a resume."""
    calm, stormy = folder / "calm", folder / "stormy"
    process = start(sandbox, calm, **ASKED, format=form)
    process.stdout.readline()
    began = time.monotonic()
    finished(process)
    whole = time.monotonic() - began
    dice = random.Random(form)
    for _ in range(kills):
        killed(sandbox, stormy, dice.uniform(0, 2 * whole / kills), format=form)
    mode = {"resume": True} if (stormy / FILE).exists() else {**ASKED, "format": form}
    before = len(sandbox.requests())
    finished(start(sandbox, stormy, **mode))
    assert len(sandbox.requests()) - before < len(ASKED["segments"]) * 2 * 8  # not all of it anew
    for table in ASKED["kinds"]:
        assert rows(stormy, table) == rows(calm, table)
    assert verify(stormy).ok
    assert not list(stormy.rglob("*.tmp"))


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMATS)
def test_a_killed_export_resumes_to_the_same_rows(mida_sandbox, tmp_path, form):
    """The rows are those of an undisturbed run, each call committed once."""
    survives_kills(mida_sandbox, tmp_path, form, 3)


@pytest.mark.soak
@pytest.mark.parametrize("form", FORMATS)
def test_twenty_kills_at_random_instants(mida_sandbox, tmp_path, form):
    """The same, through twenty kills."""
    survives_kills(mida_sandbox, tmp_path, form, 20)
