"""What went wrong comes with what to try next."""

import pytest

from midakit.cli.support.advice import advice, as_typed
from midakit.core.call import Address, Call
from midakit.errors import (
    APIError,
    ConfigurationError,
    DecodeError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PlanLimitReached,
    RateLimited,
    ServerError,
    Unauthorized,
)
from midakit.growthbook import GrowthBook


def test_a_limit_of_the_plan_and_the_others_have_their_advice():
    """What each kind of refusal means for the one who typed."""
    pairs = (
        (PlanLimitReached, "Stop a live experiment"), (Forbidden, "may not do this"),
        (RateLimited, "wait a moment"), (ServerError, "nothing is wrong with your command"),
    )  # fmt: skip
    for kind, words in pairs:
        error = kind("said so", status=403)
        assert words in advice(error)[1]
    assert "--base-url" in advice(DecodeError("no JSON", status=200))[1]
    assert "another project" in advice(NotFound("Experiment not found", status=404))[1]
    assert advice(ConfigurationError("odd")) == ["odd"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Unauthorized, "GROWTHBOOK_API_KEY"),
        (NotFound, "GROWTHBOOK_BASE_URL"),
        (DecodeError, "GROWTHBOOK_BASE_URL"),
    ],
)
def test_what_growthbook_refuses_is_no_matter_of_midas_key(
    kind: type[APIError] | type[DecodeError], words: str
) -> None:
    """Its hints name its own settings, and send nobody to `midakit login` or `midakit doctor`."""
    call: Call[dict[str, object]] = Call(
        operation="growthbook_list_metrics",
        method="GET",
        path="/api/v1/metrics",
        answer=dict,
        address=Address("https://api.growthbook.io"),
    )
    told = advice(kind("refused", status=401, call=call))
    assert words in told[1]
    assert "midakit" not in told[1]


@pytest.mark.parametrize("key", [None, "", "two words"])
def test_a_key_of_growthbook_that_is_missing_is_not_looked_for_at_mida(
    key: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`midakit login` stores Mida's key, so it is not named."""
    monkeypatch.delenv("GROWTHBOOK_API_KEY", raising=False)
    with pytest.raises(ConfigurationError) as caught:
        GrowthBook(key)
    (told,) = advice(caught.value)
    assert told.startswith("api_key: ")
    assert "pass api_key=" not in told


def test_a_field_is_called_by_the_option_that_was_typed():
    """And by its own name when it came from a file."""
    assert as_typed("start_date", ["result", "--start-date=x"]) == "--start-date"
    assert as_typed("start_date", ["create", "file"]) == "start_date"
    assert advice(InvalidRequest("tz", "is odd"), ["--tz", "x"]) == ["--tz: is odd"]
