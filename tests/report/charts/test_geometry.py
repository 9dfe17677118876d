"""Charts as geometry: what stands where, before anything is drawn."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.report.charts import forest, lines, palette, shares
from midakit.report.charts.drawing import Area, Dot, Hint, Label, Stroke, axis_labels

names = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60)
lifts = st.floats(-0.9, 3.0)


@st.composite
def marks(draw):
    found = []
    for number in range(draw(st.integers(1, 6))):
        at, less, more = draw(lifts), draw(st.floats(0, 2)), draw(st.floats(0, 2))
        high = draw(st.sampled_from([at + more, float("inf")]))
        found.append(
            forest.ForestMark(
                draw(names), f"{at:+.1%} ({at - less:+.1%} to {high:+.1%})", at, (at - less, high),
                palette.arm(number), draw(st.booleans()), draw(st.sampled_from(["", "mobile", "DE"])),
            )
        )  # fmt: skip
    return found


def labels_of(drawing):
    drawn = [shape for shape in drawing.shapes if isinstance(shape, Label)]
    return [label for label in drawn + axis_labels(drawing, palette.MUTED) if label.text.strip()]


def assert_words_are_free(drawing):
    """No text leaves the drawing, and none lies over another."""
    found = labels_of(drawing)
    for label in found:
        assert label.left >= -0.5, label
        assert label.right <= drawing.width + 0.5, label
        assert 0 < label.y <= drawing.height, label
    for one, other in combinations(found, 2):
        apart = (
            one.right <= other.left + 0.5
            or other.right <= one.left + 0.5
            or abs(one.y - other.y) >= 0.9 * min(one.size, other.size)
        )
        assert apart, (one, other)


@given(marks(), st.sampled_from([360, 760]))
def test_no_words_of_a_forest_collide(found, width):
    """Whatever the names are, on a phone and on a wide screen."""
    assert_words_are_free(forest.draw(found, width, axis="better than Control \u2192"))


@given(marks(), st.sampled_from([360, 760]))
def test_marks_stand_at_their_values(found, width):
    """Each dot is at its estimate, each interval ends at its ends or, with an arrow, at the axis' end."""
    drawing = forest.draw(found, width, axis="")
    scale = drawing.across.scale
    dots = [shape for shape in drawing.shapes if isinstance(shape, Dot)]
    assert [dot.x for dot in dots] == [pytest.approx(scale.at(one.estimate)) for one in found]
    assert [dot.filled for dot in dots] == [one.strong for one in found]
    assert all(drawing.panel.left <= dot.x <= drawing.panel.right for dot in dots)
    drawn = [s for s in drawing.shapes if isinstance(s, Stroke) and s.width in (2.0, 3.0)]
    arrows = 0
    for stroke, mark in zip(drawn, found, strict=True):
        [(left, right)] = stroke.lines
        assert left[0] == pytest.approx(max(scale.at(mark.ends[0]), drawing.panel.left))
        assert right[0] == pytest.approx(min(scale.at(mark.ends[1]), drawing.panel.right))
        arrows += (mark.ends[0] < scale.low) + (mark.ends[1] > scale.high)
    assert sum(isinstance(shape, Area) for shape in drawing.shapes) == arrows
    assert scale.low < 0.0 < scale.high


@st.composite
def series(draw):
    count = draw(st.integers(2, 70))
    first = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 700)))
    days = tuple(first + timedelta(days=n) for n in range(count))
    found = []
    for number in range(draw(st.integers(1, 7))):
        values = draw(st.lists(st.floats(0.0, 1.0), min_size=count, max_size=count))
        bands = tuple(
            (max(0.0, v - 0.1 / (n + 1)), v + 0.1 / (n + 1)) for n, v in enumerate(values)
        )
        weights = tuple(100.0 * n for n in range(1, count + 1))
        found.append(
            lines.DailySeries(draw(names), days, tuple(values), bands, weights, palette.arm(number))
        )
    return found


@given(series(), st.sampled_from([360, 760]))
def test_no_words_of_days_collide(found, width):
    """Names at the ends, days below, percents on the left: all free, however many lines there are."""
    assert_words_are_free(lines.draw(found, width))


@given(series())
def test_lines_and_bands_stay_in_their_panel(found):
    """What leaves the axis is cut there; the bands of all lines are drawn."""
    drawing = lines.draw(found, 760)
    panel = drawing.panel
    areas = [shape for shape in drawing.shapes if isinstance(shape, Area)]
    assert len(areas) == len(found)
    for area in areas:
        for x, y in area.outline:
            assert panel.left - 0.01 <= x <= panel.right + 0.01
            assert panel.top - 0.01 <= y <= panel.bottom + 0.01
    for shape in drawing.shapes:
        if isinstance(shape, Stroke) and shape.width == 2.2:
            assert all(
                panel.top - 0.01 <= y <= panel.bottom + 0.01
                for part in shape.lines
                for _, y in part
            )


@given(series())
def test_days_are_marked_in_equal_steps_that_end_today(found):
    """The last day is named; steps are days or whole weeks."""
    days = [day for day, _ in lines.draw(found, 760).across.marks]
    assert days[-1] == found[0].days[-1].toordinal()
    assert len({b - a for a, b in pairwise(days)}) <= 1
    assert days[0] - (days[1] - days[0] if len(days) > 1 else 1e9) < found[0].days[0].toordinal()


@given(series())
def test_the_pointer_finds_every_day_once(found):
    """Hints lie side by side over the panel, and say each line's figure."""
    drawing = lines.draw(found, 760)
    hints = [shape for shape in drawing.shapes if isinstance(shape, Hint)]
    assert len(hints) == len(found[0].days)
    assert (hints[0].left, hints[-1].right) == (drawing.panel.left, drawing.panel.right)
    assert all(one.right == other.left for one, other in pairwise(hints))
    across = drawing.across.scale
    for day, hint in zip(found[0].days, hints, strict=True):
        assert hint.left <= across.at(day.toordinal()) <= hint.right
        assert hint.lines[0] == f"{day:%a} {day.day} {day:%b %Y}"
        assert len(hint.lines) == 1 + len(found)


def test_a_hint_says_what_the_page_says():
    """A rate with its interval in percent; a difference in percentage points, with signs."""
    days = (date(2026, 3, 1), date(2026, 3, 2))
    rate = lines.DailySeries("Short", days, (0.1, 0.0875), (None, (0.08, 0.09)), (1, 2), "#0072b2")
    one, two = (s for s in lines.draw([rate], 760).shapes if isinstance(s, Hint))
    assert one.lines == ("Sun 1 Mar 2026", "Short: 10.00 %")
    assert two.lines == ("Mon 2 Mar 2026", "Short: 8.75 % (8.00 to 9.00 %)")
    points = lines.draw([rate], 760, zero=True, points=True)
    assert [s for s in points.shapes if isinstance(s, Hint)][1].lines[1] == (
        "Short: +8.75 (+8.00 to +9.00)"
    )


@given(
    st.lists(st.tuples(names, st.floats(0, 1), st.floats(0, 1) | st.none()), min_size=1, max_size=8)
)
def test_bars_are_as_long_as_their_shares(found):
    """Bars begin at one edge, their lengths have the ratio of the shares, notches stand where they should end."""
    drawn = [shares.TrafficShare(*one, palette.arm(n)) for n, one in enumerate(found)]
    drawing = shares.draw(drawn, 360)
    assert_words_are_free(drawing)
    bars = [shape for shape in drawing.shapes if isinstance(shape, Area)]
    reach = max([1e-9, *(max(seen, configured or 0.0) for _, seen, configured in found)])
    full = 356 / 1.01
    for bar, (_, seen, _) in zip(bars, found, strict=True):
        xs = [x for x, _ in bar.outline]
        assert min(xs) == 2.0
        if reach > 1e-6:
            assert max(xs) - 2.0 == pytest.approx(full * seen / reach)
    notches = [shape for shape in drawing.shapes if isinstance(shape, Stroke)]
    assert len(notches) == sum(configured is not None for _, _, configured in found)
