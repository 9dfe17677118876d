"""What a report sends is what was said: numbers to the last digit, days in their time zone, segments as text."""

import datetime as dt
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import UNSET, F, InvalidRequest
from midakit.core.checks import day
from midakit.core.options import option_table
from midakit.mida import calls
from midakit.mida.calls.report_query import plain
from midakit.mida.calls.time_zones import in_zone
from midakit.mida.fields import EventQuery
from midakit.mida.options import MetricsOptions, ReportOptions, TimeseriesOptions

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC)


def sent(**options):
    """The query parameters of a result."""
    return dict(calls.experiments.result(1, **options).query)


@given(st.integers(1, 10**15) | st.floats(1, 1e15, allow_nan=False))
def test_a_number_goes_out_with_all_its_digits(number):
    """No exponent, and the very number that was given."""
    text = sent(min_count=number)["min_count"]
    assert "e" not in text.lower()
    assert Decimal(text) == Decimal(repr(number))


def test_small_numbers_have_no_exponent_and_whole_ones_no_point():
    """A timeframe of a fraction of a day, and one of whole days."""
    assert plain(0.0000001) == "0.0000001"
    assert sent(timeframe_days=7.0)["timeframe_days"] == "7"
    assert sent(min_count=1_234_567)["min_count"] == "1234567"


@pytest.mark.parametrize(
    ("tz", "hours"),
    [(2, "2"), (-5.5, "-5.5"), ("5.75", "5.75"), ("Asia/Kolkata", "5.5"), (ZoneInfo("Asia/Tokyo"), "9"),
     (dt.timezone(dt.timedelta(hours=-3)), "-3"), ("UTC", "0"), (14, "14"), (-14, "-14")],
)  # fmt: skip
def test_a_zone_is_sent_as_its_offset(tz, hours):
    """Numbers, names and zones of the standard library."""
    assert sent(tz=tz)["tz"] == hours


def test_a_zone_with_summer_time_has_the_offset_of_the_days_asked_for():
    """One offset when all days have the same; the days of the change belong to neither half."""
    winter = sent(tz="Europe/Berlin", start_date="2026-01-01", end_date="2026-03-28")
    summer = sent(tz=BERLIN, start_date="2026-03-30", end_date="2026-06-30")
    assert (winter["tz"], summer["tz"]) == ("1", "2")
    for start, end in (("2026-01-01", "2026-03-29"), ("2026-03-29", "2026-03-29")):
        with pytest.raises(InvalidRequest, match="2026-03-29.* the days before and after it alone"):
            sent(tz=BERLIN, start_date=start, end_date=end)


def test_without_a_first_day_a_zone_that_changes_is_refused():
    """The report begins at the experiment's creation, which a builder does not know."""
    with pytest.raises(InvalidRequest, match="changes its offset"):
        in_zone({"tz": "Europe/Berlin", "end_date": "2026-03-01"}, NOW)
    assert in_zone({"tz": "Europe/Berlin", "start_date": "-7d"}, NOW)["tz"] == 1.0


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [("today", dt.UTC, "2026-03-10"), ("today", BERLIN, "2026-03-11"), ("yesterday", BERLIN, "2026-03-10"),
     ("-7d", dt.UTC, "2026-03-03"), ("-0d", dt.UTC, "2026-03-10"), ("-365d", dt.UTC, "2025-03-10")],
)  # fmt: skip
def test_relative_days_are_counted_in_the_zone(text, zone, expected):
    """Half past eleven in the evening in UTC is tomorrow in Berlin."""
    assert day("start_date", text, zone, NOW) == expected


def test_an_aware_datetime_is_the_day_of_the_report_s_zone():
    """Midnight in Berlin is a day there and the evening before in UTC, which has a time of day."""
    midnight = dt.datetime(2026, 1, 15, tzinfo=BERLIN)
    assert sent(start_date=midnight, tz=1)["start_date"] == "2026-01-15"
    with pytest.raises(InvalidRequest, match="time of day in UTC,"):
        sent(start_date=midnight)
    with pytest.raises(InvalidRequest, match="time of day, "):
        sent(start_date=dt.datetime(2026, 1, 15, 12))
    assert sent(start_date=dt.datetime(2026, 1, 15))["start_date"] == "2026-01-15"


def test_text_is_the_segment_that_the_expression_is():
    """The same JSON, for visitors and for events."""
    text = sent(where="device == mobile & country in (US, CA)")["custom_filter"]
    assert text == sent(where=(F.device == "mobile") & F.country.in_("US", "CA"))["custom_filter"]
    assert json.loads(sent(event_where="event.revenue > 100")["event_attribute"]) == [
        [{"key": "revenue", "operand": ">", "value": 100}]
    ]


RULES = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.integers()))


@given(RULES)
def test_a_raw_rule_is_sent_as_it_is_beside_others(rule):
    """Every key and value; it combines with & and |, and prints as the code that makes it."""
    raw = F.raw(rule)
    found = json.loads(sent(where=raw & (F.device == "mobile"))["custom_filter"])
    assert found == [[rule], [{"criteria": "device", "operator": "==", "value": "mobile"}]]
    assert eval(repr(raw), {"F": F}) == raw


QUERIES = {
    ReportOptions: lambda **options: calls.experiments.result(1, **options),
    TimeseriesOptions: lambda **options: calls.experiments.timeseries(1, **options),
    MetricsOptions: lambda **options: calls.experiments.metrics(1, **options),
    EventQuery: calls.events.list,
}


@pytest.mark.parametrize(
    ("fields", "name"), [(fields, name) for fields in QUERIES for name in option_table(fields)]
)
def test_none_is_no_value_of_an_option(fields, name):
    """It would go out as the text "None"; `UNSET` is what leaves an option out."""
    ask = QUERIES[fields]
    with pytest.raises(InvalidRequest, match=f"^{name}: must not be None; leave it out"):
        ask(**{name: None})
    assert ask(**{name: UNSET}) == ask()


def test_numbers_of_numpy_are_numbers():
    """Ids, percents and counts come out of data frames."""
    numpy = pytest.importorskip("numpy")
    two = numpy.int64(2)
    assert sent(min_count=two, timeframe_days=numpy.float64(2.5)) == {
        "min_count": "2",
        "timeframe_days": "2.5",
    }
    assert dict(calls.experiments.metrics(1, metric_batch=numpy.arange(3)).query) == {
        "metric_batch": "0,1,2"
    }
    assert dict(calls.goals.list(limit=two).query)["limit"] == "2"
    assert calls.exclusion_groups.create(
        "g", [numpy.int64(1), two]
    ) == calls.exclusion_groups.create("g", [1, 2])
    assert calls.experiments.update_rollout(two, two) == calls.experiments.update_rollout(2, 2)
