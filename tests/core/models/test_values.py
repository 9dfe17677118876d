"""Single values are read by one set of rules, and msgspec reads good answers by the same ones."""

import json
import math
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from midakit.core.models import values
from midakit.core.models.values import (
    Unfit,
    boolean,
    day,
    integer,
    kind_of,
    number,
    text,
    timestamp,
)

READERS = (integer, number, boolean, text, timestamp, day)
BLANKS = st.text(" \t\n", max_size=2)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
NUMERIC_TEXT = st.from_regex(r"\A-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,4})?([eE][+-]?[0-9]{1,2})?\Z")


def taken(read, value):
    """What a reader makes of a value, or Unfit itself."""
    try:
        return read(value)
    except Unfit:
        return Unfit


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("value", [None, [], {}, [1], {"a": 1}, b"1", ""])
def test_what_no_reader_takes(read, value):
    """Null, lists, objects and empty text are unfit for every reader; empty text is text."""
    assert taken(read, value) == ("" if (read, value) == (text, "") else Unfit)


@pytest.mark.parametrize("value", [True, False])
def test_booleans_are_nothing_else(value):
    """A boolean is a boolean: no number, no text, no time."""
    assert [taken(read, value) for read in READERS] == [Unfit, Unfit, value, Unfit, Unfit, Unfit]


@given(st.integers(), BLANKS, BLANKS, st.integers(0, 3))
def test_integers_and_their_texts(whole, before, after, zeros):
    """An integer is itself, also as text with blanks, with a sign and with a fraction of zeros."""
    assert integer(whole) == whole
    assert integer(f"{before}{whole}{after}") == whole
    assert integer(f"{before}{whole}.{'0' * zeros}{after}") == whole
    assert integer(f"{whole:+}") == whole
    assert type(integer(whole)) is int


@given(FINITE)
@example(1.0)
@example(0.5)
@example(1e300)
def test_floats_are_integers_without_a_fraction_only(value):
    """A float or its text is an integer exactly where it has no fraction."""
    expected = int(value) if value == math.floor(value) else Unfit
    assert taken(integer, value) == expected
    assert taken(integer, repr(value)) == expected


@given(FINITE, BLANKS, BLANKS)
def test_numbers_and_their_texts(value, before, after):
    """A finite number is itself, also as text and as a decimal."""
    assert number(value) == value
    assert number(f"{before}{value!r}{after}") == value
    assert number(Decimal(value)) == value
    assert type(number(1)) is float


@pytest.mark.parametrize(
    "value",
    [
        *(math.nan, math.inf, -math.inf, Decimal("NaN"), Decimal("Infinity"), 10**400, "1e400"),
        *("nan", "NaN", "inf", "-Infinity", "1_000", "0x1", "1,5", "1 2", "١", "--1", ".", "e5"),
    ],
)
def test_what_is_no_finite_number(value):
    """What is not finite, and text that is not digits, is no number, no integer and no boolean."""
    assert taken(number, value) is Unfit
    assert taken(boolean, value) is Unfit
    assert taken(timestamp, value) is Unfit
    if value != 10**400:
        assert taken(integer, value) is Unfit


def test_long_integers_keep_their_digits():
    """Digits that a float would lose are kept, and more than Python reads are unfit."""
    assert integer("12345678901234567890.0") == 12345678901234567890
    assert integer("9007199254740993") == 9007199254740993
    assert taken(integer, "9" * 5000) is Unfit
    assert taken(number, "9" * 5000) is Unfit


@given(st.sampled_from(["true", "false"]), st.lists(st.booleans(), min_size=5), BLANKS, BLANKS)
def test_the_words_of_booleans(word, upper, before, after):
    """True and false are read in any case, with blanks around them."""
    mixed = "".join(
        sign.upper() if up else sign for sign, up in zip(word, [*upper, False], strict=False)
    )
    assert boolean(f"{before}{mixed}{after}") is (word == "true")


@given(st.integers(-3, 3) | st.sampled_from([0.5, 1.5, -0.0]))
def test_only_0_and_1_are_booleans(value):
    """0 and 1 are booleans, as an int, as a float and as text; no other number is."""
    expected = bool(value) if value in (0, 1) else Unfit
    forms = [value, float(value), str(value), f" {float(value)} "]
    assert [taken(boolean, form) for form in forms] == [expected] * 4


@pytest.mark.parametrize("value", ["yes", "no", "on", "t", "f", "truee", "tru e", "null"])
def test_other_words_are_no_booleans(value):
    """Only two words are booleans."""
    assert taken(boolean, value) is Unfit


@given(st.text() | st.integers() | FINITE)
def test_text_is_kept_and_numbers_become_digits(value):
    """Text stays exactly as it came, half a surrogate pair included; a number becomes its digits."""
    assert text(value) == (value if isinstance(value, str) else str(value))
    assert text(10**400) == str(10**400)
    assert text("\ud800") == "\ud800"
    assert taken(text, math.nan) is Unfit


TIMES = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 30))
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(TIMES, st.none() | ZONES, BLANKS, st.sampled_from("T "))
def test_iso_times(moment, zone, before, separator):
    """ISO text and datetimes are times in the zone that they name, UTC where they name none."""
    there = moment.replace(tzinfo=zone)
    expected = moment.replace(tzinfo=zone or UTC)
    for form in (there, f"{before}{there.isoformat(separator)}{before}"):
        found = timestamp(form)
        assert found == expected
        assert found.utcoffset() == expected.utcoffset()
        assert day(form) == moment.date()


@given(st.dates(), BLANKS)
def test_dates(value, blanks):
    """A date is itself, also as text, and as a time it is its midnight in UTC."""
    form = f"{blanks}{value.isoformat()}{blanks}"
    assert day(value) == day(form) == value
    assert type(day(datetime(2026, 1, 2, 3))) is date
    assert timestamp(form) == datetime(value.year, value.month, value.day, tzinfo=UTC)


@pytest.mark.parametrize("value", [20260101, 1_700_000_000, 0.0])
def test_numbers_are_no_dates(value):
    """A number is no date: it could be digits of a date or an epoch number."""
    assert taken(day, value) is Unfit


@pytest.mark.parametrize("value", ["2026-13-01", "2026-02-30", "yesterday", "2026-01-01 noon", "-"])
def test_what_is_no_time(value):
    """Text that is not ISO 8601 is neither a time nor a date."""
    assert taken(timestamp, value) is Unfit
    assert taken(day, value) is Unfit


@given(st.integers(values.FIRST_SECOND, values.LAST_SECOND))
@example(values.FIRST_SECOND)
@example(values.LAST_SECOND)
def test_epoch_seconds(seconds):
    """An epoch number that fits as seconds is seconds, as a number and as text."""
    expected = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert timestamp(seconds) == timestamp(float(seconds)) == timestamp(f" {seconds} ") == expected


def test_epoch_milliseconds():
    """One second past the year 9999 and one before the year 1 are read as milliseconds."""
    assert timestamp(253_402_300_800) == datetime(1978, 1, 11, 21, 31, 40, 800_000, UTC)
    assert timestamp(253_402_300_799.5) == datetime(9999, 12, 31, 23, 59, 59, 500_000, UTC)
    assert timestamp(-62_135_596_801) == datetime(1968, 1, 12, 20, 6, 43, 199_000, UTC)
    assert timestamp("1705314600123") == datetime(2024, 1, 15, 10, 30, 0, 123_000, UTC)
    assert timestamp(253_402_300_799_000) == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert taken(timestamp, 253_402_300_800_000) is Unfit
    assert taken(timestamp, -62_135_596_800_001) is Unfit
    assert taken(timestamp, 1e300) is Unfit


@pytest.mark.parametrize(
    ("kind", "read"),
    [
        (int, integer),
        (Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)], number),
        (bool, boolean),
        (str, text),
        (Annotated[datetime, msgspec.Meta(tz=True)], timestamp),
    ],
)
@given(
    st.none()
    | st.booleans()
    | st.integers(-(10**14), 10**14)
    | FINITE
    | NUMERIC_TEXT
    | st.text(max_size=4)
    | TIMES.map(lambda moment: f"{moment.isoformat()}Z")
    | st.sampled_from(["true", "FALSE", "nan", "inf", "-0", "1.0", "0", 0.0, 1.0, 2, "NaN"])
)
@example(253_402_300_799)
@example(253_402_300_800)
@example(-62_135_596_800)
@example(100_000_000_000)
def test_msgspec_reads_by_the_same_rules(kind, read, value):
    """Whatever the fast path takes, the readers here take too, as the same value."""
    try:
        fast = msgspec.json.decode(json.dumps(value).encode(), type=kind, strict=False)
    except (msgspec.MsgspecError, ValueError):
        return
    found = read(value)
    if isinstance(fast, datetime):
        assert abs(found - fast) <= timedelta(microseconds=1)
    else:
        assert (found, type(found)) == (fast, type(fast))


def test_messages_name_kinds_only():
    """What is unfit is told by its kind, never by its value."""
    with pytest.raises(Unfit, match=r"^text instead of a whole number$"):
        integer("sk-secret")
    kinds = {"an object": {}, "a list": [], "text": "", "a boolean": True, "null": None}
    assert {name: kind_of(value) for name, value in kinds.items()} == {n: n for n in kinds}
    assert kind_of(1) == kind_of(1.5) == "a number"


def test_the_module_costs_the_standard_library_only():
    """Importing the readers brings no package but ours, and none of our other modules."""
    program = (
        "import sys; import midakit.core.models.values; "
        "print(*sorted(n for n in sys.modules if n.startswith('midakit') or n in "
        "('attrs', 'cattrs', 'msgspec', 'httpx', 'anyio')))"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert out.stdout.split() == [
        "midakit",
        "midakit._lazy",
        "midakit._version",
        "midakit.core",
        "midakit.core.models",
        "midakit.core.models.values",
    ]
