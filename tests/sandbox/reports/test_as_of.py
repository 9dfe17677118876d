"""While the clock stands still, reports count what has happened until then."""

import json
import urllib.request

import pytest

from midakit import Mida
from midakit.sandbox import Sandbox

MOMENTS = ("2026-04-10T13:37:00Z", "2026-05-19T00:00:00Z")
NAMED = {"assignment": "entered_at", "event": "created_at"}


@pytest.fixture(scope="module")
def whole():
    with Sandbox(seed=42, visitors=800) as sandbox:
        yield sandbox


def account(sandbox, until):
    """Return the sandbox's data set without what happened later."""
    with urllib.request.urlopen(sandbox.url + "/__sandbox__/export") as answer:
        lines = answer.read().decode().splitlines()
    kept = []
    for text in lines:
        line = json.loads(text)
        at = line.get(NAMED.get(line["type"]))
        if at is None or at.replace("Z", "+") <= until.replace("Z", "+"):
            kept.append(text)
    return "\n".join(kept) + "\n"


def reports(sandbox):
    with Mida(sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url) as mida:
        return [
            ask(test_id, **options).raw
            for test_id in (1001, 1004, 1005, 1006)
            for ask, options in (
                (mida.experiments.result, {}),
                (mida.experiments.result, {"breakdown_by": "device", "start_date": "2026-04-08"}),
                (mida.experiments.timeseries, {"tz": 5}),
                (mida.experiments.metrics, {}),
                (mida.experiments.result, {"report_phase": "post_deploy"}),
            )
        ]


@pytest.mark.parametrize("until", MOMENTS)
def test_a_clock_that_was_moved_back_shows_what_was_known_then(whole, until, tmp_path):
    """The reports are those of a data set that ends there."""
    whole.clock(freeze=until)
    file = tmp_path / "then.jsonl"
    file.write_text(account(whole, until))
    with Sandbox(import_file=file) as then:
        then.clock(freeze=until)
        assert reports(whole) == reports(then)


def test_a_clock_that_moves_on_shows_more_each_day(whole):
    whole.clock(freeze="2026-04-01T00:00:00Z")
    with Mida(whole.api_key, project_key=whole.project_key, base_url=whole.base_url) as mida:
        counts = []
        for _ in range(5):
            counts.append(mida.experiments.result(1001).total_visitors)
            whole.clock(move=86_400 * 7)
        whole.reset()
        last = mida.experiments.result(1001).total_visitors
    assert counts == sorted(counts)
    assert len({*counts, last}) >= 5


def test_an_event_of_this_very_moment_counts(whole):
    whole.clock(freeze="2026-05-01T00:00:00Z")
    with Mida(whole.api_key, project_key=whole.project_key, base_url=whole.base_url) as mida:
        before = mida.experiments.result(1001).total_visitors
        query = {"key": whole.project_key, "distinct_id": "now", "experiment_key": "1001"}
        asked = urllib.request.Request(
            f"{whole.url}/experiment/query",
            json.dumps(query).encode(),
            {"content-type": "application/json"},
        )
        urllib.request.urlopen(asked).close()
        assert mida.experiments.result(1001).total_visitors == before + 1
    whole.reset()
