"""What a run says while it works: to programs, to logs, to people."""

import io
import json

import pytest

from midakit.export.run.event import ProgressEvent
from midakit.export.run.progress import Bar, Lines, format_event
from support.account import Account
from support.exports import run

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-06-30"}


def event(kind="done", **changes):
    found = {
        "kind": kind, "total": 100, "done": 40, "failed": 0, "rows": 1234, "bytes": 5000,
        "in_flight": 8, "retries": 0, "throttled": 0, "seconds": 10.0,
    }  # fmt: skip
    return ProgressEvent(**{**found, **changes})


def test_events_tell_the_story_of_a_run(tmp_path):
    """Planned first, finished last, one for each call; counts only grow and end at the plan."""
    seen = []
    account = Account(6)
    account.status = {2: 404, 3: 400}
    run(account.client(), tmp_path, on_progress=seen.append, **ASKED)
    kinds = [one.kind for one in seen]
    assert kinds[0] == "planned"
    assert kinds[-1] == "stopped"  # partial
    assert (kinds.count("done"), kinds.count("absent"), kinds.count("failed")) == (9, 1, 2)
    assert kinds.count("committed") == 2
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    assert (seen[-1].done, seen[-1].failed, seen[-1].total) == (10, 2, 12)


def test_several_may_listen(tmp_path):
    """A bar for people and a counter for a program."""
    one, two = [], []
    run(Account(2).client(), tmp_path, on_progress=[one.append, two.append], **ASKED)
    assert one == two != []


def test_a_rate_and_what_remains_are_told():
    """At this pace; nothing is promised before the first call is done."""
    assert event().rate == 4.0
    assert event().left == 15.0
    assert event(done=0).left is None
    assert event(seconds=0.0).rate == 0.0


def test_a_line_says_what_people_ask():
    """How far, how fast, what went wrong, how long still."""
    assert format_event(event()) == "done: 40/100, 1,234 rows, 4/s, 8 in flight, 15 s left"
    told = format_event(event(failed=2, retries=7, throttled=5))
    assert "2 failed, 7 retries, 5 times 429" in told
    assert format_event(event("stopped", detail="why")).endswith("why")


def test_logs_get_a_line_now_and_then_and_always_the_end():
    """Not one a call."""
    out = io.StringIO()
    lines = Lines(out)
    for one in (event("planned"), *[event()] * 500, event("finished", detail="whole")):
        lines(one)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == ["planned", "finished"]


def test_programs_get_json():
    """A line an event, with every field."""
    out = io.StringIO()
    Lines(out, as_json=True)(event("planned", detail="x"))
    assert json.loads(out.getvalue()) == event("planned", detail="x")._asdict()


def test_the_bar_shows_rate_retries_and_what_remains():
    """On a terminal; it ends full."""
    console = pytest.importorskip("rich.console").Console(
        file=io.StringIO(), force_terminal=True, width=120
    )
    with Bar(console) as bar:
        bar(event("planned", done=0))
        bar(event(retries=3, throttled=2))
        bar(event("finished", done=100, retries=3, throttled=2))
    shown = console.file.getvalue()
    assert "1,234 rows" in shown
    assert "8 in flight" in shown
    assert "3 retries" in shown
    assert "2x429" in shown
    assert "100/100" in shown


def test_a_listener_that_fails_is_not_hidden(tmp_path):
    """Its error is the caller's, and what was committed stays."""

    def listener(event):
        if event.kind == "committed":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(Account(3).client(), tmp_path, on_progress=listener, **ASKED)
    assert run(Account(3).client(), tmp_path, resume=True).ok
