"""Numbers and times at the edge of what is possible are refused in words."""

import json

import pytest

from midakit.sandbox import Sandbox, Settings
from midakit.sandbox.data import datasets
from midakit.sandbox.data.definitions import Definitions, with_defaults
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import SettingsOptions
from support.api import Api


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"visitors": -5}, "visitors must be 0 to 10000000"),
        ({"seed": -1}, "seed must be 0 or more"),
        ({"experiments": 100_001}, "experiments must be 0 to 100000"),
        ({"days": 0}, "days must be 1 to 3650"),
        ({"projects": 0}, "projects must be 1 to 1000"),
    ],
)
def test_sizes_out_of_range_seed_nothing(api, given, told):
    """A size out of its range or a negative seed gets a 400 that tells it, and the data stay."""
    before = api.admin("GET", "/export").text
    answer = api.admin("POST", "/seed", json=given)
    assert (answer.status_code, answer.json()["error"]) == (400, told)
    assert api.admin("GET", "/export").text == before


def test_a_sandbox_of_minus_five_visitors_does_not_start():
    """The same rule holds for a sandbox that starts."""
    with pytest.raises(HttpError, match="visitors must be 0 to"):
        Sandbox(visitors=-5).start()


def test_dates_beyond_the_year_9999_are_refused(api, sandbox):
    """With the clock on the last day there is, a range that ends today in an eastern zone is a 400."""
    sandbox.clock(freeze="9999-12-31T23:00:00Z")
    body = api.get("/experiment/1001/result?start_date=2026-05-01&tz=5", status=400)
    assert body == {"error": "the dates are out of range"}
    assert api.get("/experiment/1001/result?tz=5")["test_id"] == 1001


def test_a_bad_line_is_named(api):
    """The error of an import names the line."""
    answer = api.admin("POST", "/import", content=b'{"type": "project"\n')
    assert answer.status_code == 400
    assert "/tmp" not in answer.text
    assert "import: line 1: not JSON" in answer.text


PROJECT = {"type": "project", "project_key": "shop"}
EXPERIMENT = {
    "type": "experiment", "test_id": 7, "test_name": "Headline", "status": 1,
    "created_at": "2026-05-01T00:00:00Z", "traffic_allocation": 100, "confidence_interval": 95,
    "variants": [{"variant_id": "0", "name": "Control"}, {"variant_id": "1", "name": "Short"}],
}  # fmt: skip


def lines(*objects):
    """Return objects as a data set."""
    return "".join(json.dumps(one) + "\n" for one in objects).encode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ((EXPERIMENT, EXPERIMENT), "a test_id comes twice"),
        (({**EXPERIMENT, "variants": []},), "experiment 7 has no variants"),
        (({**EXPERIMENT, "project_key": "other"},), "there is no project other"),
        (({**EXPERIMENT, "created_at": "soon"},), "Not a date and time: soon"),
    ],
)
def test_a_refused_import_leaves_everything_as_it_was(api, wrong, told):
    """Objects, visits and clock stay also when a line can be read, but does not fit the others."""
    before = api.admin("GET", "/export").text
    answer = api.admin("POST", "/import", content=lines(PROJECT, *wrong))
    assert (answer.status_code, told in answer.json()["error"]) == (400, True)
    assert api.admin("GET", "/export").text == before


CONTROL = {"variant_id": "0", "name": "Control"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"variants": "AB"}, "variants that are no list of objects"),
        ({"variants": ["Control"]}, "variants that are no list of objects"),
        ({"variants": [CONTROL, {"variant_id": "1"}]}, "a variant without a name"),
        (
            {"variants": [CONTROL, {"variant_id": "b", "name": "B"}]},
            "a variant whose variant_id is no whole number from 0",
        ),
        (
            {"variants": [CONTROL, {"name": "B"}]},
            "a variant whose variant_id is no whole number from 0",
        ),
        ({"variants": [CONTROL, CONTROL]}, "a variant_id twice"),
        ({"serving_variant_id": "b"}, "a serving_variant_id that is no whole number from 0"),
        ({"status": 5}, "the status 5; there are 9, 1 and 0"),
        ({"traffic_allocation": "100"}, "a traffic_allocation that is no number"),
        ({"confidence_interval": True}, "a confidence_interval that is no number"),
    ],
)
def test_an_experiment_that_cannot_be_reported_on_is_refused(wrong, told):
    """The error says which experiment, and what is wrong with it."""
    given = Definitions([PROJECT], [], [{**EXPERIMENT, "project_key": "shop", **wrong}])
    with pytest.raises(HttpError, match=f"import: experiment 7 has {told}") as refused:
        with_defaults(given)
    assert refused.value.status == 400


def test_ids_of_variants_may_be_numbers_and_need_not_follow_each_other():
    """Such an experiment is served and reported on like one whose ids are text."""
    variants = [{"variant_id": 0, "name": "Control"}, {"variant_id": 7, "name": "Short"}]
    with Sandbox(seed=None) as sandbox:
        for given in ({}, {"serving_variant_id": 7}):
            experiment = {**EXPERIMENT, "status": 1, "url": "https://shop.example.com/", **given,
                          "variants": variants}  # fmt: skip
            datasets.import_data(sandbox.state, lines(PROJECT, experiment).decode().splitlines())
            with Api(sandbox) as api:
                if not given:
                    api.post("/experiment/7/serve-winner", {"variant_id": "7"})
                assert api.get("/experiment/7")["experiment"]["serving_variant_id"] == "7"
                assert api.get("/experiment/7/result")["serving_variant_id"] == "7"
                shown = api.get("/experiment/7/preview-urls")["variants"][0]["preview_url"]
                assert shown.endswith("test-variant=0")
                asked = {"key": sandbox.project_key, "test_id": 7, "distinct_id": "v"}
                answer = api.http.post(f"{sandbox.url}/experiment/query", json=asked)
                assert answer.json() == {"version": "Short"}


def test_data_without_the_project_of_a_key_are_refused_whole():
    """A sandbox whose settings give a key to a project keeps its data when the new ones lack it."""
    second = {"other": "SANDBOXxPROJECTxKEY002"}
    state = SandboxState(Settings(visitors=20, api_keys=second))
    try:
        datasets.fill_at_start(state)
        before = list(datasets.export_data(state))
        with pytest.raises(HttpError, match="No project SANDBOXxPROJECTxKEY002"):
            datasets.seed(state, 7, Sizes(visitors=30, projects=1))
        with pytest.raises(HttpError, match="No project SANDBOXxPROJECTxKEY002"):
            datasets.import_data(state, [json.dumps({**PROJECT, "now": "2030-01-01T00:00:00Z"})])
        assert list(datasets.export_data(state)) == before
    finally:
        state.close()


def test_the_keywords_are_the_settings():
    """`Sandbox(...)` takes every field of `Settings` by name, and no other."""
    assert set(SettingsOptions.__annotations__) == set(Settings.__dataclass_fields__)
