"""A guard that is killed at any step tells each change, and a receiver that knows ids sees it once."""

import json
import signal
import subprocess
import sys

from midakit import Mida
from midakit.guard import Guard

PROGRAM = """
import json, os, signal, sys

from midakit import Mida
from midakit.guard import Guard
from midakit.guard._sync import guarding
from midakit.guard.state_file import StateFile

base_url, key, project = sys.argv[1:]

def look(place, last):
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    class Receiver:
        name = "receiver"
        def send(self, message):
            step()
            with open(place + "/got", "a") as out:
                out.write(json.dumps(message.to_dict()) + "\\n")
            step()

    class Counted(StateFile):
        def write(self, memory):
            step()
            super().write(memory)
            step()

    guarding.StateFile = Counted
    with Mida(key, project_key=project, base_url=base_url) as mida:
        Guard(mida, place + "/guard.json", [Receiver()]).look()

# the first look is this process's own; later ones are forks of it, which have nothing to import
for number, line in enumerate(sys.stdin):
    last, _, place = line.rstrip().partition(" ")
    if number == 0:
        look(place, int(last))
        print(0, flush=True)
    elif child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    else:
        look(place, int(last))
        os._exit(0)
"""


def test_every_change_is_told_whatever_is_killed(options, tmp_path):
    settings = [options["base_url"], options["api_key"], options["project_key"]]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *settings],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip

        def run(place, last):
            process.stdin.write(f"{last} {place}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        calm = tmp_path / "calm"
        calm.mkdir()
        assert run(calm, 0) == 0
        wanted = {json.loads(line)["id"] for line in (calm / "got").read_text().splitlines()}
        assert len(wanted) >= 5
        killed = 0
        for last in range(1, 1000, 5):
            place = tmp_path / str(last)
            place.mkdir()
            code = run(place, last)
            if code == 0:
                break
            assert code == -signal.SIGKILL
            killed += 1
            assert run(place, 0) == 0
            got = [json.loads(line)["id"] for line in (place / "got").read_text().splitlines()]
            assert set(got) == wanted
            assert len(got) <= len(wanted) + 1  # the one that was under way, with the same id
        assert killed >= 4


def test_a_test_that_was_stopped_by_a_killed_guard_is_told_as_stopped(options, tmp_path):
    state = tmp_path / "guard.json"
    got = []

    class Receiver:
        name = "receiver"

        def send(self, message):
            got.append(message.code)

    with Mida(**options) as mida:
        guard = Guard(mida, state, [Receiver()])
        guard.look()
        memory = json.loads(state.read_text())
        memory["stopping"] = [{"test_id": 1002, "test_name": "Newsletter", "why": "it is worse"}]
        state.write_text(
            json.dumps(memory)
        )  # as a guard that was killed after it had stopped the test
        mida.experiments.stop(1002)
        got.clear()
        guard.look()
        guard.look()
    assert got.count("stopped") == 1
