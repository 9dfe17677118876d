"""Segments as they are typed."""

import pytest

from midakit import F, InvalidRequest
from midakit.cli.input.segments import segments


def test_a_segment_has_a_name_or_is_its_own():
    """NAME=EXPRESSION, an expression alone, and * for everyone."""
    found = segments(["mobile=device == mobile", "country == US", "all=*"])
    assert found == {
        "mobile": F.device == "mobile",
        "country == US": F.country == "US",
        "all": None,
    }


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("device = mobile", "compare with ==, and put a name before it: NAME='device == mobile'"),
        ("country = US", "NAME='country == US'"),
        ("mobile", "a segment is NAME=EXPRESSION: mobile='device == mobile'"),
        ("x=contry == US", "unknown field 'contry' (did you mean country?)"),
        (
            "x=device == Mobil",
            "'Mobil' is not one of: mobile, desktop, tablet (did you mean mobile?)",
        ),
        ("x=country == us", "'us' is not two capital letters (did you mean US?)"),
        ("x=device", "an operator is missing"),
        ("x=mobile", "unknown field 'mobile'"),
    ],
)
def test_a_slip_is_explained(typed, said):
    """What was forgotten, or probably meant, is said."""
    with pytest.raises(InvalidRequest) as error:
        segments([typed])
    assert said in str(error.value)


def test_a_name_twice_is_refused():
    """Else one of both would be lost."""
    with pytest.raises(InvalidRequest, match="given twice"):
        segments(["a=device == mobile", "a=device == desktop"])


def test_ten_thousand_blanks_are_refused_at_once():
    """Looking for a name in them took the cube of their number: a quarter of an hour."""
    with pytest.raises(InvalidRequest):
        segments([" " * 10_000])
