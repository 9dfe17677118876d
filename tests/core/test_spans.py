"""What logs and spans show of a request: nothing that is not on an allow-list."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core.call import Call
from midakit.core.service import Service
from midakit.core.spans import (
    outcome_attributes,
    shown_target,
    span_attributes,
    span_name,
    url_template,
)
from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Attempt, Origin, Request, Response

ORIGIN = Origin("https", "api.example.com", 8443)
AFTER = {"project": ("project_key",), "pair": ("left", "right")}
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
    assert shown_target(request(target), AFTER) == shown


def test_a_target_without_a_call_is_shown_as_it_was_sent():
    """There is no template then; the query is masked all the same."""
    assert shown_target(request(b"/a/b?limit=5&key=k?k", call=None), {}) == "/a/b?limit=5&key=***"
    assert shown_target(request(b"/a/b", call=None), {}) == "/a/b"


def test_a_log_shows_ids_and_no_project():
    """A project that was named in the call is a placeholder too; the id of an experiment helps to find it."""
    of = request(call=Call(operation="x", method="GET", path="/project/k1/thing/12", answer=dict))
    assert shown_target(of, AFTER) == "/project/{project_key}/thing/12"


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("", ""),
        ("/project/{project_key}/things", "/project/{project_key}/things"),
        ("/project/secret", "/project/{project_key}"),
        ("/project/project/pair/a/pair/c", "/project/{project_key}/pair/{left}/{right}/c"),
        ("/project/project/pair/a", "/project/{project_key}/pair/{left}"),
        ("/newer/17/parts/v2", "/newer/{id}/parts/v2"),
    ],
)
def test_a_template_has_names_in_place_of_values(path, template):
    """By what the provider says about its paths, and a number is a value everywhere."""
    assert url_template(path, AFTER) == template


@given(st.lists(st.text("ab1/?%é", max_size=8).filter(lambda text: "/" not in text), min_size=3))
def test_values_never_change_a_template(values):
    """Whatever they are: a tracing backend sees one route."""
    path = f"/project/{values[0]}/pair/{values[1]}/{values[2]}/end"
    assert url_template(path, AFTER) == "/project/{project_key}/pair/{left}/{right}/end"


@given(st.from_regex(r"(/[a-z0-9{}_]{0,4}){0,5}", fullmatch=True))
def test_a_template_has_the_parts_of_its_path(path):
    """Each part is there as it was or is a placeholder; a template of a template is itself."""
    template = url_template(path, {})
    pairs = list(zip(path.split("/"), template.split("/"), strict=True))
    assert all(after == ("{id}" if re.fullmatch(r"\d+", part) else part) for part, after in pairs)
    assert url_template(template, {}) == template


def test_a_span_has_the_operations_name():
    """Or the method's, where there is no call."""
    assert span_name(request()) == "get_thing"
    assert span_name(request(call=None)) == "GET"


class Things(Service):
    """A provider."""

    name = "things"
    values_after = {"thing": ("thing_id",)}  # noqa: RUF012


@pytest.mark.parametrize(
    ("path", "template", "operation"),
    [
        ("/project/{project_key}/thing", "/project/{project_key}/thing", "get_thing"),
        ("/thing/7/parts", "/thing/{thing_id}/parts", "get_thing"),
        (None, "", "GET"),
    ],
)
def test_a_span_begins_with_opentelemetrys_names(path, template, operation):
    """The names are the HTTP conventions'; the path is the template, never the one that was sent."""
    call = path and Call(operation=operation, method="GET", path=path, answer=dict)
    service = Things(origin=ORIGIN, prefix="", headers=RequestHeaders(()), scope={}, secrets=())
    assert span_attributes(service, request(call=call)) == {
        "http.request.method": "GET",
        "server.address": "api.example.com",
        "server.port": 8443,
        "url.template": template,
        "midakit.service": "things",
        "midakit.operation": operation,
    }


@pytest.mark.parametrize(("attempts", "repeats"), [(0, 0), (1, 0), (2, 1), (3, 2)])
@pytest.mark.parametrize(
    ("response", "error", "more"),
    [
        (None, None, {}),
        (None, "Timeout", {"error.type": "Timeout"}),
        ((399, b""), None, {"http.response.status_code": 399, "http.response.body.size": 0}),
        (
            (400, b"gone"),
            None,
            {"http.response.status_code": 400, "http.response.body.size": 4, "error.type": "400"},
        ),
    ],
)
def test_a_span_ends_with_what_came_back(attempts, repeats, response, error, more):
    """Repeats are counted and not attempts; `error.type` is the status of a refusal, or the error's class."""
    of = request()
    of.attempts = [Attempt(503, None, 0.1, 0.0)] * attempts
    came = response and Response(response[0], (), response[1])
    assert outcome_attributes(of, came, error) == {"http.request.resend_count": repeats, **more}
