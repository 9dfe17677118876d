"""Figures of a report as rows and headings."""

import pytest

from midakit.cli.output.figures import heading


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
