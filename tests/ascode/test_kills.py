"""A process that is killed at any request, and two processes at once, leave everything there once."""

import signal
import subprocess
import sys
import threading

import pytest

from midakit import Mida
from midakit.ascode import CodeFolder

PROGRAM = """
import os, signal, sys
from midakit import Mida
from midakit.ascode import CodeFolder

place, base_url, key, project, last = sys.argv[1:]
sent = 0
with Mida(key, project_key=project, base_url=base_url) as mida:
    @mida.hooks.on_answer
    def die(event):
        global sent
        if event.call is not None and event.call.method != "GET":
            sent += 1
            if sent == int(last):
                os.kill(os.getpid(), signal.SIGKILL)
    CodeFolder(place, mida).apply(allow_live=True)
"""
FILES = {
    "goals/buy.yaml": "goal_key: buy\ngoal_name: Buy\ngoal_type: event\ngoal_value: buy\n",
    "experiments/a.yaml": "test_name: A\nstatus: live\nurl: https://shop.example.com/\n"
    "primary_goal_key: buy\ncustom_js: a()\nvariants: [{nickname: Red}]\n",
    "experiments/b.yaml": "test_name: B\nurl: https://shop.example.com/\nvariants: [{}]\n",
    "groups/both.yaml": "name: Both\ntests: {a: 40, b: 60}\n",
    "project.yaml": "confidence_level: 90\n",
}
WRITES = 6  # a goal, the defaults, two experiments, a group, a start


@pytest.fixture
def account(sandbox):
    """Base URL, key and project of an empty account."""
    sandbox.state.add_project({"project_key": "EMPTY", "company_id": 7}, "key-of-another-account")
    return sandbox.base_url, "key-of-another-account", "EMPTY"


def put_files(place):
    for name, text in FILES.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text)
    return place


def there(mida):
    """Return what the project has, by name."""
    return (
        sorted(one.goal_key for one in mida.goals.list()),
        sorted((one.test_name, str(one.status)) for one in mida.experiments.list()),
        [one.name for one in mida.exclusion_groups.list().groups],
        mida.projects.configuration().confidence_level,
    )


WHOLE = (["buy"], [("A", "live"), ("B", "draft")], ["Both"], 90)


def client(account):
    base_url, key, project = account
    return Mida(key, project_key=project, base_url=base_url)


def test_a_process_killed_after_any_request_leaves_what_the_next_run_finishes(account, tmp_path):
    place = put_files(tmp_path)
    for last in range(1, WRITES + 1):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(place), *account, str(last)], check=False
        )
        assert done.returncode == -signal.SIGKILL
        with client(account) as mida:
            CodeFolder(place, mida).apply(allow_live=True)
            assert there(mida) == WHOLE
            assert not CodeFolder(place, mida).plan()
            empty(mida)


def empty(mida):
    """Delete what was applied; the folder still has its files and what it knows of the server."""
    for group in mida.exclusion_groups.list().groups:
        mida.exclusion_groups.delete(group.group_id)
    for one in mida.experiments.list().collect():
        mida.experiments.delete(one.test_id)
    for goal in mida.goals.list().collect():
        mida.goals.delete(goal.goal_profile_id)
    mida.projects.update_configuration(confidence_level=95)


def test_two_processes_that_apply_the_same_files_at_once_make_everything_once(account, tmp_path):
    places = [put_files(tmp_path / name) for name in ("one", "two")]
    errors = []

    def apply(place):
        try:
            with client(account) as mida:
                CodeFolder(place, mida).apply(allow_live=True)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=apply, args=(place,)) for place in places]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with client(account) as mida:
        for place in places:  # one of them may have lost a race, and says so
            CodeFolder(place, mida).apply(allow_live=True)
        assert there(mida) == WHOLE
