"""A response becomes an answer or an error."""

import pytest

from midakit import NotFound, ServerError
from midakit.core.models.answer import parse_response
from midakit.core.service import Service
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Attempt, Origin, Response
from midakit.mida import calls

SERVICE = Service(
    origin=Origin("https", "api.example.com", 443),
    prefix="",
    headers=RequestHeaders(()),
    scope={},
    secrets=(),
)


def refused(status, *before):
    """A delete that ends with a refusal, after attempts that ended with these statuses."""
    response = Response(status, (), b"{}")
    response.call = calls.goals.delete(7)
    response.attempts = tuple(Attempt(one, None, 0.1, 0.0) for one in (*before, status))
    return response


@pytest.mark.parametrize("before", [(None,), (500,), (503,), (None, 429), (429, 502)])
def test_a_repeated_delete_that_finds_nothing_has_worked(before):
    """An attempt before it may have deleted the goal, although its answer was lost."""
    found = parse_response(refused(404, *before), SERVICE)
    assert (found.goal_profile_id, found.deleted) == (7, True)


@pytest.mark.parametrize("before", [(), (429,), (429, 429)])
def test_a_delete_that_finds_nothing_is_an_error_when_none_can_have_worked_before(before):
    """At once, or after attempts that were refused before anything was done."""
    with pytest.raises(NotFound):
        parse_response(refused(404, *before), SERVICE)


def test_another_refusal_of_a_repeated_delete_is_an_error():
    """A 404 alone says that the goal is gone."""
    with pytest.raises(ServerError):
        parse_response(refused(500, None), SERVICE)
