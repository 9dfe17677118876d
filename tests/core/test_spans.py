"""What logs and spans show of a request: nothing that is not on an allow-list."""

import pytest

from midakit.core.call import Call
from midakit.core.spans import outcome_attributes, shown_target, span_attributes, span_name
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Attempt, Origin, Request, Response

ORIGIN = Origin("https", "api.example.com", 8443)
CALL = Call(operation="get_thing", method="GET", path="/project/{project_key}/thing", answer=dict)


def request(target=b"/project/secret/thing", call=CALL):
    return Request("GET", ORIGIN, target, RequestHeaders(()), call=call)


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (b"/project/secret/thing", "/project/{project_key}/thing"),
        (b"/project/secret/thing?", "/project/{project_key}/thing"),
        (
            b"/project/secret/thing?limit=5&visitor=ann&sort=-id",
            "/project/{project_key}/thing?limit=5&visitor=***&sort=-id",
        ),
        (b"/x?visitor=ann%3Flimit%3D5&tz=a?b", "/project/{project_key}/thing?visitor=***&tz=a?b"),
        (b"/x?tz=&visitor=", "/project/{project_key}/thing?tz=&visitor=***"),
    ],
)
def test_a_target_shows_the_template_and_the_listed_query_values(target, shown):
    """Neither the project nor a visitor is in it; an empty value is shown as one."""
    assert shown_target(request(target)) == shown


def test_a_target_without_a_call_is_shown_as_it_was_sent():
    """There is no template then; the query is masked all the same."""
    assert shown_target(request(b"/a/b?limit=5&key=k?k", call=None)) == "/a/b?limit=5&key=***"
    assert shown_target(request(b"/a/b", call=None)) == "/a/b"


def test_a_span_has_the_operations_name():
    """Or the method's, where there is no call."""
    assert span_name(request()) == "get_thing"
    assert span_name(request(call=None)) == "GET"


@pytest.mark.parametrize(
    ("call", "template", "operation"),
    [(CALL, "/project/{project_key}/thing", "get_thing"), (None, "", "GET")],
)
def test_a_span_begins_with_opentelemetrys_names(call, template, operation):
    """The names are the HTTP conventions'; the path is the template, never the one that was sent."""
    assert span_attributes("mida", request(call=call)) == {
        "http.request.method": "GET",
        "server.address": "api.example.com",
        "server.port": 8443,
        "url.template": template,
        "midakit.service": "mida",
        "midakit.operation": operation,
    }


@pytest.mark.parametrize(("attempts", "repeats"), [(0, 0), (1, 0), (2, 1), (3, 2)])
def test_a_span_ends_with_what_came_back(attempts, repeats):
    """Repeats are counted and not attempts; without an answer there is neither status nor size."""
    of = request()
    of.attempts = [Attempt(503, None, 0.1, 0.0)] * attempts
    assert outcome_attributes(of, None) == {"http.request.resend_count": repeats}
    assert outcome_attributes(of, Response(404, (), b"gone")) == {
        "http.request.resend_count": repeats,
        "http.response.status_code": 404,
        "http.response.body.size": 4,
    }
