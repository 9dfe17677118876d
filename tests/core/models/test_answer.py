"""A response becomes an answer or an error."""

import pytest

from midakit import APIError, DecodeError, NotFound, ServerError
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


@pytest.mark.parametrize("opening", [b"[", b'{"error":'], ids=["list", "object"])
@pytest.mark.parametrize(("status", "kind"), [(302, APIError), (404, NotFound), (503, ServerError)])
def test_a_refusal_that_is_nested_too_deeply_is_an_error_of_ours(status, kind, opening):
    """Its body is kept as text, as one that is no JSON."""
    response = refused(status)
    response.body = opening * 100_000
    with pytest.raises(kind) as caught:
        parse_response(response, SERVICE)
    assert caught.value.body == response.body.decode()


def test_an_answer_that_says_error_and_cannot_be_read_is_not_as_promised():
    """Python reads no number of 5000 digits, and without it nobody can say whether the call failed."""
    response = refused(200)
    response.body = b'{"success": true, "goal_profile_id": 7, "error": %b}' % (b"1" * 5000)
    with pytest.raises(DecodeError, match="cannot be read as JSON"):
        parse_response(response, SERVICE)
