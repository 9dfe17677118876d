"""An outcome is the answer or the error, never neither."""

import copy
import pickle

import pytest

from midakit import Failure, NotFound, Outcome, Success
from midakit.mida import calls
from midakit.models import Result

CALL = calls.experiments.result(1001)


def missing():
    return NotFound("no such experiment", status=404, body=None, call=CALL)


def test_a_success_has_its_answer():
    """And no error."""
    outcome = Success(CALL, Result(total_visitors=3), seconds=0.25)
    assert outcome.ok
    assert outcome.error is None
    assert outcome.unwrap() is outcome.answer
    assert repr(outcome) == "<Success get_experiment_result, 0.250 s>"


def test_a_failure_raises_its_error_when_its_answer_is_read():
    """There is no None that could be taken for an answer."""
    outcome = Failure(CALL, missing(), seconds=0.25)
    assert not outcome.ok
    for read in (lambda: outcome.answer, outcome.unwrap):
        with pytest.raises(NotFound) as caught:
            read()
        assert caught.value is outcome.error
    assert repr(outcome).startswith("<Failure get_experiment_result, NotFound: 404")
    with pytest.raises(AttributeError):
        outcome.answer = Result()


@pytest.mark.parametrize(
    "outcome", [Success(CALL, Result(total_visitors=3)), Failure(CALL, missing())]
)
def test_an_outcome_is_a_value(outcome):
    """It goes through a pickle and a copy whole, and fits a pattern."""
    for twin in (pickle.loads(pickle.dumps(outcome)), copy.deepcopy(outcome)):
        assert type(twin) is type(outcome)
        assert twin.call == CALL
        match twin:
            case Success(answer):
                assert answer == outcome.answer
            case Failure(error):
                assert str(error) == str(outcome.error)


def test_outcome_names_both():
    """The alias takes the type of the answer."""
    assert Outcome[Result] == Success[Result] | Failure[Result]
