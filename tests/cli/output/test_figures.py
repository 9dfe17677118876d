"""Figures of a report as rows and headings."""

import pytest

from midakit.cli.output.figures import between, heading


def test_an_interval_of_one_side_says_which():
    """`or more`, `or less`, or both ends."""
    assert between((-0.1, 0.2)) == "-10.0 to +20.0%"
    assert between((0.1, float("inf"))) == "+10.0% or more"
    assert between((float("-inf"), 0.1)) == "+10.0% or less"
    assert between(None) is None


def test_the_heading_names_test_goal_and_size(shop, mida_of_shop):
    """Two lines that say what one looks at."""
    first, second = heading(mida_of_shop.experiments.result(1001)).split("\n")
    assert first.startswith("Homepage headline (1001): live, day ")
    assert second.startswith("goal: Checkout started (event); ")


@pytest.fixture
def mida_of_shop(shop):
    """A client of the shop."""
    from midakit import Mida

    with Mida() as mida:
        yield mida
