"""`midakit import`."""

import json
from pathlib import Path

from support.json_server import lists

DATA = json.loads((Path(__file__).resolve().parents[2] / "data/moving/growthbook.json").read_text())


def answer(path, query):
    name = path.rpartition("/")[2]
    return 200, {name: DATA[name], "hasMore": False}


def test_growthbook_is_written_as_files_with_reasons(midakit, home, monkeypatch):
    with lists(answer) as (address, _):
        monkeypatch.setenv("GROWTHBOOK_API_KEY", "secret_key")
        monkeypatch.setenv("GROWTHBOOK_BASE_URL", address)
        done = midakit("import", "growthbook", "--url", "https://shop.example.com/")
        data = midakit("import", "growthbook", "--url", "https://shop.example.com/", "--json").json
    assert done.code == 0, done.err
    assert "mida: 3 goals, 1 experiment, 4 left out" in done.out
    assert "feature new-nav" in done.out
    assert "experiments/checkout-layout" in data["files"]
    assert (home / "mida" / "experiments" / "checkout-layout.yaml").exists()


def test_launchdarkly_metrics_of_the_sandbox_become_goals(shop, midakit, home):
    done = midakit("import", "launchdarkly", "small")
    assert done.code == 0, done.err
    assert list((home / "mida" / "goals").glob("*.yaml"))
    plan = midakit("plan")
    assert plan.code == 0, plan.err


def test_a_missing_key_is_named(midakit, home, monkeypatch):
    monkeypatch.delenv("GROWTHBOOK_API_KEY", raising=False)
    done = midakit("import", "growthbook")
    assert (done.code, "GROWTHBOOK_API_KEY" in done.err) == (1, True)
