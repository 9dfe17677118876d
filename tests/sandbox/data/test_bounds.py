"""Numbers and times at the edge of what is possible are refused in words."""

import pytest

from midakit.sandbox import Sandbox, Settings
from midakit.sandbox.errors import HttpError
from midakit.sandbox.settings import SettingsOptions


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


def test_the_keywords_are_the_settings():
    """`Sandbox(...)` takes every field of `Settings` by name, and no other."""
    assert set(SettingsOptions.__annotations__) == set(Settings.__dataclass_fields__)
