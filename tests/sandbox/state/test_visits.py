"""The store: events written are read at once, survive a kill, and are gone after a reset."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visits import Visits
from support.sandbox_data import DATASET, Sandboxed

AT = naive_utc("2026-05-01T00:00:00Z")


@pytest.fixture
def sandbox():
    loaded = Sandboxed()
    yield loaded
    loaded.visits.close()


def purchases(sandbox):
    body = sandbox.result(2301, goal_key="purchase")
    return body["total_orders"], body["total_revenue"]


def test_an_event_counts_at_once_and_a_reset_takes_it_back(sandbox):
    """A recorded purchase changes orders and revenue; reset brings the loaded figures back."""
    before = purchases(sandbox)
    visitor = sandbox.visits.find_visitor(uuid="Vis_0-C")
    properties = {"revenue": 10, "currency": "EUR"}
    number = sandbox.visits.add_event(visitor, "Purchase", properties, at=AT)
    assert purchases(sandbox) == (before[0] + 1, pytest.approx(before[1] + 11))
    assert sandbox.visits.get_event(number)["event_property"] == '{"revenue":10,"currency":"EUR"}'
    sandbox.visits.reset()
    assert purchases(sandbox) == before
    assert sandbox.visits.get_event(number) is None


def test_a_loaded_event_can_be_changed_and_comes_back(sandbox):
    """Changing and deleting loaded events moves the report; reset undoes both."""
    before = purchases(sandbox)
    visits = sandbox.visits
    assert visits.update_event(90006, {"event_property": {"revenue": 1000, "currency": "USD"}})
    raised = purchases(sandbox)
    assert raised[0] == before[0]
    assert raised[1] == pytest.approx(before[1] + 1000 - 234.9 * 1.1)
    assert visits.delete_event(90006)
    assert purchases(sandbox)[0] == before[0] - 1
    assert not visits.delete_event(90006)
    assert visits.get_event(90006)["status"] == 2
    visits.reset()
    assert purchases(sandbox) == before
    assert visits.get_event(90006)["status"] == 1


def test_unknown_events_are_unknown(sandbox):
    """An id nobody has, even one beyond 64 bits, is not found."""
    for number in (1, -5, 10**30):
        assert sandbox.visits.get_event(number) is None
        assert not sandbox.visits.update_event(number, {"status": 1})
        assert not sandbox.visits.delete_event(number)


def test_listing_shows_custom_events_only(sandbox):
    """Internal names, goal rows and deleted events are left out; dates are inclusive."""
    visits = sandbox.visits
    listed = visits.list_events(500)
    assert {event["event_type"] for event in listed} == {2}
    assert not [e for e in listed if e["event_text"].startswith(("!", "goal_"))]
    stamps = [event["created_at"] for event in listed]
    assert stamps == sorted(stamps, reverse=True)
    assert visits.list_events(2, 1) == listed[1:3]
    day = visits.list_events(500, 0, "Purchase", "2026-03-16", "2026-03-16")
    assert 90006 in [event["event_id"] for event in day]
    assert {event["created_at"][:10] for event in day} == {"2026-03-16"}
    assert visits.list_events(project_key="elsewhere") == []
    visits.delete_event(90006)
    assert 90006 not in [e["event_id"] for e in visits.list_events(500, event_text="Purchase")]
    with pytest.raises(HttpError):
        visits.list_events(start_date="yesterday")


def test_visitors_are_found_by_each_of_their_ids(sandbox):
    """uuid, email and the site's own id name the same visitor, within the project only."""
    visits = sandbox.visits
    found = [
        visits.find_visitor(uuid="Vis_0-C"),
        visits.find_visitor(email="u0@example.com"),
        visits.find_visitor(ext_id="user_0"),
    ]
    assert {visitor.visitor_id for visitor in found} == {31001}
    assert visits.find_visitor(uuid="Vis_0-C", project_key="elsewhere") is None
    assert visits.find_visitor() is None


def test_json_that_only_python_reads_breaks_nothing(sandbox):
    """Huge numbers, NaN texts and deep nests are kept as text, and reports go on."""
    visitor = sandbox.visits.find_visitor(uuid="Vis_0-C")
    before = purchases(sandbox)
    for odd in (
        '{"revenue":1' + "0" * 400 + "}",
        "NaN",
        "[" * 2000,
        '{"revenue":"1e300"}',
        "no json",
    ):
        sandbox.visits.add_event(visitor, "Purchase", odd, at=AT)
    assert purchases(sandbox) == before
    kept = sandbox.visits.list_events(5, event_text="Purchase", start_date="2026-05-01")
    assert all(json.loads(event["event_property"]) for event in kept)
    with pytest.raises(HttpError):
        sandbox.visits.add_event(visitor, "Purchase", {"revenue": float("inf")}, at=AT)


def test_writers_and_readers_do_not_disturb_each_other(sandbox):
    """Two writers and four readers: every event arrives, no reader fails or sees orders fall."""
    visits, each = sandbox.visits, 40
    visitor = visits.find_visitor(uuid="Vis_0-C")
    before, failures = purchases(sandbox), []
    done = threading.Event()

    def write():
        for _ in range(each):
            visits.add_event(visitor, "Purchase", {"revenue": 1}, at=AT)

    def read():
        seen = before[0]
        while not done.is_set():
            try:
                now = purchases(sandbox)[0]
            except Exception as failure:
                failures.append(failure)
                return
            if now < seen:
                failures.append(f"{now} after {seen}")
            seen = now

    readers = [threading.Thread(target=read) for _ in range(4)]
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert failures == []
    assert purchases(sandbox)[0] == before[0] + 2 * each


WRITER = """
import sys
from support.sandbox_data import DATASET, Sandboxed
from midakit.sandbox.state.timestamps import naive_utc
sandbox = Sandboxed(DATASET, data_dir=sys.argv[1])
visitor = sandbox.visits.find_visitor(uuid="Vis_0-C")
at = naive_utc("2026-05-01T00:00:00Z")
sandbox.visits.delete_event(90006)
for count in range(1, 1_000_000):
    sandbox.visits.add_event(visitor, "killed", {"count": count}, at=at)
    print(count, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    """After kill -9 in mid-writing every acknowledged event is there, the torn one is dropped."""
    here = Path(__file__).parents[2]
    path = [str(here), str(here.parent / "src")]
    with subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{WRITER}", tmp_path],
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        acknowledged = [int(writer.stdout.readline()) for _ in range(300)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    with (tmp_path / "events.jsonl").open("a") as journal:
        journal.write('{"type":"event","torn')
    visits = Visits(tmp_path)
    try:
        rows = visits.list_events(10_000_000, event_text="killed")
        kept = {json.loads(row["event_property"])["count"] for row in rows}
        assert kept >= set(acknowledged)
        assert visits.get_event(90006)["status"] == 2
        assert len(visits.visitors) == 180
        visits.reset()
        assert visits.list_events(event_text="killed") == []
    finally:
        visits.close()
    again = Visits(tmp_path)
    assert again.list_events(event_text="killed") == []
    assert again.get_event(90006)["status"] == 1
    again.close()


PROJECT = '{"type":"project","project_key":"p"}'
GOAL = (
    '{"type":"goal","goal_profile_id":1,"goal_key":"k","goal_name":"n","goal_type":"event",'
    '"goal_value":"v"}'
)


def test_a_failed_import_keeps_the_old_baseline(tmp_path):
    """Lines that cannot be read are a 400, and the reports answer as before."""
    from midakit.sandbox.data.dataset_import import import_lines

    sandbox = Sandboxed(DATASET, data_dir=tmp_path / "it's here")
    try:
        before = sandbox.result()
        for lines in (
            ["no json"],
            ['{"type":"odd"}'],
            [],
            ['{"type":"goal"}'],
            ['{"type":"project"}'],
            [PROJECT, '{"type":"visitor","visitor_id":1,"created_at":"never"}'],
            [PROJECT, '{"type":"visitor","visitor_id":"x","created_at":"2026-01-01"}'],
            [PROJECT, '{"type":"event","event_id":1,"visitor_id":1,"created_at":"2026-01-01"}'],
            [PROJECT, '{"type":"experiment","test_id":1}'],
            [PROJECT, GOAL.replace("event", "magic")],
            ['{"type":"project","project_key":"p","fx_rates":{"EUR":"much"}}'],
        ):
            with pytest.raises(HttpError) as refused:
                import_lines(lines, sandbox.visits)
            assert refused.value.status == 400
        with pytest.raises(HttpError):
            import_lines(tmp_path / "nowhere.jsonl", sandbox.visits)
        assert sandbox.result() == before
    finally:
        sandbox.visits.close()
