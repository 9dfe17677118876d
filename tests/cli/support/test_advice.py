"""What went wrong comes with what to try next."""

from midakit.cli.support.advice import advice, as_typed
from midakit.errors import (
    ConfigurationError,
    DecodeError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PlanLimitReached,
    RateLimited,
    ServerError,
)


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


def test_a_field_is_called_by_the_option_that_was_typed():
    """And by its own name when it came from a file."""
    assert as_typed("start_date", ["result", "--start-date=x"]) == "--start-date"
    assert as_typed("start_date", ["create", "file"]) == "start_date"
    assert advice(InvalidRequest("tz", "is odd"), ["--tz", "x"]) == ["--tz: is odd"]
