"""The page about Dagster: its code runs against a server, and says what it promises."""

import importlib.util
import json
import sys
from importlib.util import find_spec

import pytest

from support.pages import ROOT, blocks
from support.serving import serving

PAGE = ROOT / "docs/how-to/guard-in-dagster.md"
pytestmark = [
    pytest.mark.skipif(find_spec("dagster") is None, reason="dagster is not installed"),
    pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the wheel"),
    pytest.mark.xdist_group("dagster"),  # long to load, in one worker only
]


@pytest.fixture
def jobs(tmp_path, monkeypatch, options):
    """Load the page's file as Dagster does, with the sandbox and a place of its own in its environment."""
    for name, value in options.items():
        monkeypatch.setenv(f"MIDA_{name.upper()}", value)
    monkeypatch.setenv("MIDA_JOBS", str(tmp_path / "place"))
    monkeypatch.setenv("MIDA_PAUSE", "0.01")
    (shown,) = [one for one in blocks(PAGE) if one.file == "mida_jobs.py"]
    file = tmp_path / "mida_jobs.py"
    file.write_text(shown.text)
    spec = importlib.util.spec_from_file_location("mida_jobs", file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "mida_jobs", module)
    spec.loader.exec_module(module)
    return module


def receiver(status=204):
    """Serve a webhook receiver."""
    return serving(lambda _: (status, {}, b""))


def execute(jobs, name, *, succeeds=True):
    """Run a job as its schedule does; returns what it has made, and its checks by name."""
    done = jobs.defs.resolve_job_def(name).execute_in_process(raise_on_error=False)
    assert done.success is succeeds
    checks = {one.check_name: one for one in done.get_asset_check_evaluations()}
    return done, checks


def told(jobs):
    return [json.loads(line)["id"] for line in (jobs.PLACE / "told.jsonl").read_text().splitlines()]


def test_two_hours_tell_each_change_once(jobs, monkeypatch):
    with receiver() as (url, got):
        monkeypatch.setenv("MIDA_WEBHOOK", url)
        _, first = execute(jobs, "guard")
        _, second = execute(jobs, "guard")
    ids = told(jobs)
    assert len(set(ids)) == len(ids) >= 5
    assert [one.headers["webhook-id"] for one in got] == ids
    for checks in (first, second):  # it is still urgent, and told no second time
        assert not checks["nothing_urgent"].passed
        assert checks["all_judged_and_told"].passed
    assert "no-traffic" in str(second["nothing_urgent"].metadata["found"])


def test_a_receiver_that_is_away_is_a_warning_and_gets_everything_later(jobs, monkeypatch):
    with receiver(503) as (url, _):
        monkeypatch.setenv("MIDA_WEBHOOK", url)
        _, checks = execute(jobs, "guard")
    warned = checks["all_judged_and_told"]
    assert not warned.passed
    assert warned.severity.name == "WARN"
    assert "answered 503" in str(warned.metadata["failures"])
    with receiver() as (url, got):
        monkeypatch.setenv("MIDA_WEBHOOK", url)
        _, checks = execute(jobs, "guard")
    assert checks["all_judged_and_told"].passed
    assert [one.headers["webhook-id"] for one in got] == told(jobs)


def test_a_key_that_opens_nothing_fails_the_run_after_retries(jobs, monkeypatch):
    monkeypatch.setenv("MIDA_API_KEY", "a-key-that-nobody-knows")
    done, checks = execute(jobs, "guard", succeeds=False)
    assert checks == {}
    retried = [one for one in done.all_events if one.event_type_value == "STEP_RESTARTED"]
    assert len(retried) == 3
    failure = next(one for one in done.all_events if one.is_step_failure)
    assert "this look failed: 401" in str(failure.event_specific_data)
    assert "a-key-that-nobody-knows" not in str(done.all_events)


def test_the_guard_is_due_hourly_and_the_export_nightly(jobs):
    due = {one.job_name: one.cron_schedule for one in jobs.defs.schedules}
    assert due == {"guard": "5 * * * *", "export": "30 4 * * *"}


def test_nights_of_the_export_add_up(jobs):
    done, _ = execute(jobs, "export")
    (made,) = done.get_asset_materialization_events()
    metadata = made.materialization.metadata
    assert metadata["results"].value > 10
    assert metadata["timeseries"].value > 100
    execute(jobs, "export")
    assert (jobs.PLACE / "export" / "_SUCCESS").exists()
