"""Records of assignments: what is stored is what comes back, and the store decides while a test runs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.delivery.sticky import StickyRecord, read_record, record_key, record_now, settled

texts = st.text(min_size=1)


@given(texts, st.floats(0, 4e9))
def test_a_record_comes_back(variant, at):
    """Name and time, to the millisecond, as text of one line."""
    text = StickyRecord(variant, at).text()
    assert "\n" not in text
    found = read_record(text)
    assert found.variant == variant
    assert found.at == pytest.approx(at, abs=0.001)
    assert read_record(text.encode()) == found


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Variant 1",
        "[]",
        "{}",
        '{"variant":3,"at":1}',
        '{"variant":"","at":1}',
        '{"variant":"a","at":null}',
    ],
)
def test_what_is_no_record_is_none(text):
    """Whoever else writes in the store does not break a page."""
    assert read_record(text) is None


def test_a_record_has_an_age(monkeypatch):
    """Seconds since it was confirmed; a clock that is behind makes it no younger than new."""
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    assert record_now("a") == StickyRecord("a", 1000.0)
    assert StickyRecord("a", 940.0).age() == 60.0
    assert StickyRecord("a", 1001.0).age() == 0.0


@given(texts, texts, texts, texts)
def test_two_pairs_have_two_keys(one, two, three, four):
    """No experiment and visitor share the key of another pair."""
    same = (one, two) == (three, four)
    assert (record_key("p", one, two) == record_key("p", three, four)) is same


def test_the_store_decides_while_the_experiment_runs():
    """Another answer of the service changes nothing; no answer ends it; the first is kept."""
    kept = StickyRecord("Control", 1.0)
    assert settled("Variant 1", kept) == "Control"
    assert settled("Variant 1", None) == "Variant 1"
    assert settled(None, kept) is None
    assert settled(None, None) is None
