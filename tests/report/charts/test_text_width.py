"""How wide texts are without a font."""

from hypothesis import given
from hypothesis import strategies as st

from midakit.report.charts.text_width import BOLD, ems, fitted, pixels


@given(st.text(max_size=80), st.floats(20, 400), st.booleans())
def test_a_fitted_text_fits_and_keeps_its_ends(text, space, bold):
    """It is never wider than the space; what fits is whole; what is cut keeps start and end."""
    found = fitted(text, space, 12.0, bold=bold)
    assert pixels(found, 12.0, bold=bold) <= space + 1e-3
    whole = fitted(text, 1e9, 12.0)
    assert "\n" not in whole
    if pixels(whole, 12.0, bold=bold) <= space:
        assert found == whole
    else:
        head, _, tail = found.rpartition("\u2026")
        assert whole.startswith(head)
        assert whole.endswith(tail)


def test_wide_and_bold_signs_count_more():
    """A capital M is three times an i; a sign of Chinese is an em; an accent takes nothing."""
    assert ems("M") == 0.9 > 2.9 * ems("i")
    assert ems("\u7d50") == 1.0
    assert ems("e\u0301") == ems("e")
    assert pixels("Arm", 12.0, bold=True) == BOLD * pixels("Arm", 12.0)
