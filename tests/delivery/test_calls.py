"""The four calls: their bytes, and how their answers are read."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core.wire.messages import Response
from midakit.delivery import calls
from midakit.delivery.answers import AnswerReason, AssignedVariant, EnabledFlags
from midakit.delivery.failures import CircuitOpen, is_outage, reason_of
from midakit.delivery.service import find_service
from midakit.errors import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    DecodeError,
    InvalidRequest,
    NotFound,
    RateLimited,
    ServerError,
)

SERVICE = find_service("key", "http://127.0.0.1:1", None)
names = st.text(min_size=1).filter(lambda text: text.strip() and text.isprintable())


def answered(body, status=200):
    response = Response(status, (), body)
    response.call = calls.query("key", "exp", "v")
    return response


def test_the_bytes_of_each_call():
    """Names, order and form of the fields are those of Mida's own SDKs."""
    assert (
        calls.query("k", "exp", "v").body == b'{"key":"k","experiment_key":"exp","distinct_id":"v"}'
    )
    assert calls.flags("k", "v").body == b'{"key":"k","user_id":"v"}'
    event = calls.event("k", "Purchase", "v", '{"revenue":1}', "id-1")
    assert event.body == (
        b'{"key":"k","name":"Purchase","distinct_id":"v","properties":"{\\"revenue\\":1}"}'
    )
    assert event.headers == (("idempotency-key", "id-1"),)
    tracked = calls.attributes("v", '{"plan":"pro","id":"no"}')
    assert json.loads(tracked.body) == {"plan": "pro", "id": "v"}
    assert tracked.target(project_key="k/1") == "/track/k%2F1"


@given(names, names)
def test_any_name_arrives_as_it_is(experiment, visitor):
    """No letter of a key or an id gets lost on the way."""
    sent = json.loads(calls.query("k", experiment, calls.visitor_id(visitor)).body)
    assert sent == {"key": "k", "experiment_key": experiment, "distinct_id": visitor}


@pytest.mark.parametrize("visitor", ["", "  ", None, True, 1.5, ["v"], "\ud800"])
def test_an_id_that_cannot_be_sent_is_refused(visitor):
    """Nobody's id, and what JSON or UTF-8 cannot carry."""
    with pytest.raises(InvalidRequest, match="visitor"):
        calls.visitor_id(visitor)
    assert calls.visitor_id(42) == "42"


def test_money_becomes_properties():
    """`revenue`, `currency` and `quantity` are properties by their usual names; 0 is a number."""
    found = calls.event_properties({"sku": "a"}, revenue=0, currency="EUR", quantity=2)
    assert json.loads(found) == {"sku": "a", "revenue": 0, "currency": "EUR", "quantity": 2}
    assert calls.event_properties(None) == "{}"
    exact = calls.event_properties({"tax": Decimal("0.10")}, revenue=Decimal("49.90"))
    assert exact == '{"tax":0.10,"revenue":49.90}'
    assert json.loads(calls.with_property('{"a":1}', "event_id", "x")) == {"a": 1, "event_id": "x"}


@pytest.mark.parametrize(
    ("properties", "money"),
    [
        ({"a": object()}, {}),
        ([1], {}),
        ({1: 2}, {}),
        ([1], {"revenue": 1}),
        (None, {"revenue": float("nan")}),
        (None, {"revenue": float("inf")}),
        (None, {"revenue": "3"}),
        (None, {"revenue": Decimal("NaN")}),
        (None, {"revenue": Decimal("sNaN")}),
        (None, {"revenue": 10**400}),
        ({"score": Decimal("NaN")}, {}),
        ({"scores": [1, Decimal("-Infinity")]}, {}),
        (None, {"quantity": True}),
    ],
)
def test_properties_that_cannot_be_sent_are_refused(properties, money):
    """Before they are accepted, so that nothing is lost later."""
    with pytest.raises(InvalidRequest):
        calls.event_properties(properties, **money)


def test_words_that_are_no_numbers_in_json_may_be_text():
    """Only a number can be NaN."""
    assert calls.json_object("values", {"a": "NaN", "Infinity": 1}) == '{"a":"NaN","Infinity":1}'


def test_answers_are_read():
    """A name, null, or what is missing; names of flags."""
    assert (
        calls.read_variant(answered(b'{"version":"Variant 1","more":[]}'), SERVICE) == "Variant 1"
    )
    assert calls.read_variant(answered(b'{"version":null}'), SERVICE) is None
    assert calls.read_variant(answered(b"{}"), SERVICE) is None
    assert calls.read_flags(answered(b'["a","b"]'), SERVICE) == ("a", "b")
    assert calls.read_flags(answered(b'["error"]'), SERVICE) == ("error",)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"version":3}', b"\xff"])
def test_an_answer_of_another_form_is_an_error(body):
    """It is neither a variant nor the absence of one."""
    with pytest.raises(DecodeError):
        calls.read_variant(answered(body), SERVICE)
    with pytest.raises(DecodeError):
        calls.read_flags(answered(b"{}" if body == b"[]" else body), SERVICE)


@pytest.mark.parametrize(
    ("status", "kind", "outage"),
    [
        (302, APIError, False), (400, APIError, False), (404, NotFound, False),
        (408, APIError, True), (425, APIError, True), (429, RateLimited, True),
        (500, ServerError, True), (503, ServerError, True),
    ],
)  # fmt: skip
def test_a_refusal_is_an_error_and_some_are_an_outage(status, kind, outage):
    """The service's words are in the error; only what asks to come back later opens the circuit."""
    with pytest.raises(kind, match="no such|redirected") as caught:
        calls.read_variant(answered(b'{"error":"no such project"}', status), SERVICE)
    assert is_outage(caught.value) is outage
    expected = AnswerReason.FAILED if outage else AnswerReason.REFUSED
    assert reason_of(caught.value) is expected


def test_reasons_of_other_failures():
    """What a page is told when no answer came at all."""
    assert reason_of(DeadlineExceeded("late")) is AnswerReason.TIMEOUT
    assert reason_of(ConnectionFailed("refused")) is AnswerReason.FAILED
    assert reason_of(CircuitOpen()) is AnswerReason.CIRCUIT_OPEN
    assert reason_of(InvalidRequest("visitor", "empty")) is AnswerReason.INVALID
    assert reason_of(ZeroDivisionError()) is AnswerReason.FAILED
    assert is_outage(ConnectionFailed("refused"))
    assert not is_outage(InvalidRequest("visitor", "empty"))


def test_results_are_values():
    """They compare as text and sets, and say their reason; a copy through pickle is equal."""
    import pickle

    variant = AssignedVariant("Variant 1", AnswerReason.STICKY)
    flags = EnabledFlags(["b", "a"], AnswerReason.TIMEOUT, DeadlineExceeded("late"))
    assert variant == "Variant 1"
    assert not variant.is_default
    assert AssignedVariant("Control", AnswerReason.NOT_ASSIGNED).is_default
    assert {reason for reason in AnswerReason if not AssignedVariant("x", reason).is_default} == {
        AnswerReason.ASSIGNED, AnswerReason.CACHED, AnswerReason.STALE, AnswerReason.STICKY,
        AnswerReason.FORCED,
    }  # fmt: skip
    assert not flags.known
    copies = pickle.loads(pickle.dumps((variant, flags)))
    assert copies == (variant, flags)
    assert (copies[0].reason, copies[1].reason) == (AnswerReason.STICKY, AnswerReason.TIMEOUT)
    assert "sticky" in repr(variant)
    assert "timeout" in repr(flags)


def test_settings_come_from_argument_environment_and_profile(monkeypatch, tmp_path):
    """As for the other clients; without a project there is an error that names the variable."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MIDA_PROJECT_KEY", raising=False)
    monkeypatch.delenv("MIDA_DELIVERY_URL", raising=False)
    with pytest.raises(ConfigurationError, match="MIDA_PROJECT_KEY"):
        find_service(None, None, None)
    (tmp_path / "midakit").mkdir()
    (tmp_path / "midakit/profiles.toml").write_text(
        '[shop]\nproject_key = "of-profile"\ndelivery_url = "https://eu.example.com/m"\n'
    )
    found = find_service(None, None, "shop")
    assert (found.project_key, str(found.origin), found.prefix) == (
        "of-profile", "https://eu.example.com", "/m"
    )  # fmt: skip
    monkeypatch.setenv("MIDA_PROJECT_KEY", "of-env")
    monkeypatch.setenv("MIDA_DELIVERY_URL", "https://env.example.com")
    assert str(find_service(None, None, "shop").origin) == "https://env.example.com"
    assert find_service("given", "https://x.example", None).project_key == "given"
    monkeypatch.delenv("MIDA_DELIVERY_URL")
    assert str(find_service("given", None, None).origin) == "https://api.mida.so"
    with pytest.raises(ConfigurationError, match="https"):
        find_service("given", "http://api.example.com", None)
