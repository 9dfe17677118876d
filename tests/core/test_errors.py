"""The errors: one tree, and every one of them travels."""

import copy
import inspect
import pickle

import pytest

from midakit import errors
from midakit.core.call import Call
from midakit.core.wire.messages import Attempt

CALL = Call(operation="get_goal", method="GET", path="/project/{project_key}/goal/1", answer=dict)
TRIES = (Attempt(500, None, 0.1, 0.0), Attempt(404, None, 0.1, 0.5))


def one_of_each():
    for name in errors.__all__:
        kind = getattr(errors, name)
        if issubclass(kind, errors.APIError):
            yield kind(
                "no",
                status=404,
                body={"error": "no"},
                request_id="r",
                call=CALL,
                attempts=TRIES,
                hint="try this",
            )
        elif issubclass(kind, errors.InvalidRequest):
            yield kind("limit", "must be 1 to 500")
        elif kind is errors.DecodeError:
            yield kind("odd", status=200, first_bytes=b"<html>", call=CALL, attempts=TRIES)
        elif issubclass(kind, errors.TransportError):
            yield kind("cut", sent=True)
        else:
            yield kind("wrong")


@pytest.mark.parametrize("error", list(one_of_each()), ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("way", [copy.deepcopy, copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
def test_errors_survive_the_trip_home_from_a_worker(error, way):
    """Pickled, copied and deep-copied errors keep their class, text and fields."""
    back = way(error)
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert back.__dict__ == error.__dict__


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "BadRequest"), (401, "Unauthorized"), (403, "Forbidden"), (404, "NotFound"),
     (406, "NotAcceptable"), (409, "Conflict"), (429, "RateLimited"), (500, "ServerError"),
     (599, "ServerError"), (418, "APIError")],
)  # fmt: skip
def test_each_status_has_its_class(status, kind):
    """A status maps to the class that the tree names."""
    assert errors.APIError.class_for(status).__name__ == kind


def test_the_docstring_draws_every_class():
    """The picture at the top of the module leaves nobody out."""
    for name in errors.__all__:
        assert name in errors.__doc__


def test_everything_is_a_midakit_error_and_bad_input_a_value_error():
    """One except clause catches all, and the standard ones work too."""
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if name in errors.__all__:
            assert issubclass(kind, errors.MidakitError)
    assert issubclass(errors.InvalidRequest, ValueError)
    assert issubclass(errors.MissingExtra, ImportError)


def test_a_hint_says_what_to_try_next():
    """The text ends with the hint."""
    error = errors.NotFound("Experiment not found", status=404, hint="pick the project")
    assert str(error) == "404 Experiment not found. pick the project"
