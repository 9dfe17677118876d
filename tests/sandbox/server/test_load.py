"""Two clients writing while eight read: no lost write, no torn read, no error."""

import threading
import time

import httpx
import pytest

from support.api import Api

VARIANTS = [{"name": "Variant 1", "nickname": "v0", "data": []}]


def hammer(sandbox, rounds, seconds=0):
    """So often at least, and for so long.

    Writers keep a name and a label in step; readers watch both, a report and a list.
    """
    with Api(sandbox) as api:
        given = {"test_name": "v0", "url": "https://shop.example.com/", "variants": VARIANTS}
        ids = [api.post("/create-experiment", given)["test_id"] for _ in range(2)]
    base, end = f"{sandbox.base_url}/project/{sandbox.project_key}", time.monotonic() + seconds
    written, reads, problems = [0, 0], [0] * 8, []

    def guarded(work, *arguments):
        try:
            with httpx.Client(headers={"x-api-key": "sandbox"}, timeout=600) as client:
                while not problems and (busy() or time.monotonic() < end):
                    work(client, *arguments)
        except Exception as error:
            problems.append(repr(error))

    def busy():
        return min(written) < rounds or min(reads) < rounds

    def write(client, place):
        label = f"v{written[place] + 1}"
        variants = [{**VARIANTS[0], "nickname": label}]
        body = {"test_name": label, "variants": variants}
        client.patch(f"{base}/experiment/{ids[place]}", json=body).raise_for_status()
        key = f"load_{place}_{written[place]}"
        goal = {"goal_name": "L", "goal_type": "event", "goal_value": "l", "goal_key": key}
        client.post(f"{base}/goal", json=goal).raise_for_status()
        written[place] += 1

    def read(client, place):
        test_id = ids[place % 2]
        kind = ("", "/result", "/preview-urls", "/timeseries")[place // 2]
        response = client.get(f"{base}/experiment/{test_id}{kind}").raise_for_status().json()
        if kind == "":
            shown = response["experiment"]
            label = shown["variants"][1]["nickname"]
            assert shown["test_name"] == label, "torn"
        if kind == "/result":
            assert response["test_name"] == response["variants"][1]["name"], "torn"
        reads[place] += 1

    threads = [threading.Thread(target=guarded, args=(write, n)) for n in range(2)]
    threads += [threading.Thread(target=guarded, args=(read, n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert min(written) >= rounds
    assert min(reads) >= rounds
    keys = {goal["goal_key"] for goal in sandbox.state.records.find_all("goal")}
    assert {f"load_{p}_{n}" for p in range(2) for n in range(written[p])} <= keys


def test_a_moment_of_load(sandbox):
    """A few rounds of it, in every run."""
    hammer(sandbox, 5)


@pytest.mark.soak
def test_a_minute_of_load(sandbox):
    """A whole minute of it."""
    hammer(sandbox, 100, 60)
