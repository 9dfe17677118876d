"""Outcomes as a user types them; checked by mypy and basedpyright, never run."""

from typing import assert_never, assert_type

from midakit import Failure, MidakitError, Outcome, Success
from midakit.models import Result


def checked_by_ok(outcome: Outcome[Result]) -> Result:
    """Whoever checks `ok` has the answer, as a value of its own type."""
    if outcome.ok:
        assert_type(outcome.answer, Result)
        return outcome.answer
    return outcome.unwrap()


def checked_by_error(outcome: Outcome[Result]) -> None:
    """An error that is None leaves the success, and one that is not leaves the failure."""
    if outcome.error is None:
        assert_type(outcome, Success[Result])
        assert_type(outcome.answer, Result)
    else:
        assert_type(outcome, Failure[Result])
        assert_type(outcome.error, MidakitError)


def checked_by_class(outcome: Outcome[Result]) -> None:
    """There is no third kind."""
    match outcome:
        case Success(answer):
            assert_type(answer, Result)
        case Failure(error):
            assert_type(error, MidakitError)
        case _:
            assert_never(outcome)
    assert_type(outcome.unwrap(), Result)


def many(outcomes: list[Outcome[Result]]) -> list[Result]:
    """The answers of a list."""
    return [one.answer for one in outcomes if one.ok]
