"""What stands on a cassette, and what must not."""

import json

import pytest

from midakit.core.wire.headers import RequestHeaders
from midakit.core.wire.messages import Origin, Request, Response
from midakit.mida import calls
from midakit.testing import exchanges

KEY, PROJECT, OTHER = "key-0123456789", "shop-abcdefgh", "blog-ijklmnop"
BEARER = (b"authorization", b"Bearer " + KEY.encode())


def asked(call, header=BEARER):
    target = "/v2" + call.target(project_key=PROJECT)
    return Request(
        call.method,
        Origin("https", "h", 443),
        target.encode(),
        RequestHeaders((header,)),
        call.body,
        call=call,
    )


@pytest.mark.parametrize(
    "header",
    [
        (b"authorization", b"Bearer " + KEY.encode()),
        (b"x-api-key", KEY.encode()),
        (b"api-key", KEY.encode()),
        (b"authorization", b"bearer " + KEY.encode()),
        (b"authorization", b"Token " + KEY.encode()),
    ],
)
def test_no_key_stands_on_it(header):
    """Wherever a key occurs (path, body, answer, header), however it is sent, it is left out."""
    answer = {
        "api_key": 'x"yz-other-key',
        "projects": [{"project_key": OTHER}, {"project_key": PROJECT}],
    }
    headers = ((b"location", f"/{KEY}".encode()), (b"set-cookie", b"session=1"))
    recorded = []
    sent = (
        (calls.projects.get(OTHER), OTHER),
        (calls.comments.add(1, f"{KEY} {PROJECT}"), PROJECT),
    )
    for call, project in sent:
        answer["said"] = f"{KEY} {project}"
        request = asked(call, header)
        response = Response(200, headers, json.dumps(answer).encode())
        recorded.append(
            exchanges.Exchange(exchanges.asked_by(request), exchanges.answered(request, response))
        )
    text = exchanges.written(recorded)
    assert not [word for word in (KEY, PROJECT, OTHER, "other-key", "session") if word in text]
    played = json.loads(exchanges.read(text)[0].play().body)
    assert (
        played["projects"][0]["project_key"] == exchanges.alias(OTHER) != exchanges.alias(PROJECT)
    )


def test_a_listed_project_is_found_again_by_its_alias():
    """Code that walks from a listing to its projects replays: an alias is its own alias."""
    first = exchanges.asked_by(asked(calls.projects.get(OTHER)))
    again = exchanges.asked_by(asked(calls.projects.get(exchanges.alias(OTHER))))
    assert first == again


def test_a_key_that_a_client_puts_into_the_address_is_left_out() -> None:
    """A client in another language may try it; the parameter is known by its name."""
    host, headers = Origin("https", "h", 443), RequestHeaders(())
    request = Request("GET", host, b"/v2/project/p/goals?api_key=1&limit=2", headers, None)
    assert exchanges.asked_by(request).query == (("api_key", "***"), ("limit", "2"))


def test_what_must_not_stand_there_may_be_a_number() -> None:
    """An answer and a request are still JSON when a visitor's number is taken out of them."""
    call = calls.events.record("Order", id="4711", properties={"total": 4711, "items": 2})
    request = asked(call)
    asked_for = exchanges.asked_by(request, ["4711"])
    assert asked_for.body["properties"] == {"total": "***", "items": 2}
    response = Response(200, (), b'{"id": 4711, "name": "4711", "sum": 47.5, "none": null}')
    came = exchanges.answered(request, response, ["4711"])
    played = json.loads(exchanges.Exchange(asked_for, came).play().body)
    assert played == {"id": "***", "name": "***", "sum": 47.5, "none": None}


@pytest.mark.parametrize(
    "body", [b'{"a":1.0,"b":"\xc3\xa9"}', b'{ "a": 1 }', b"<p>", b"\xff\x00", b""]
)
def test_bodies_come_back_byte_for_byte(body):
    """JSON, spaced JSON, text, bytes and nothing: what is replayed is what was recorded."""
    request = asked(calls.goals.list())
    came = exchanges.answered(request, Response(200, (), body))
    (one,) = exchanges.read(
        exchanges.written([exchanges.Exchange(exchanges.asked_by(request), came)])
    )
    assert one.play().body == body
