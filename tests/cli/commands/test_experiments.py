"""`midakit experiments`."""

from typing import Any

import pytest


@pytest.mark.parametrize("written", ["null", "[1]", "5"])
def test_an_option_and_a_file_that_do_not_fit_are_refused(
    shop: Any, midakit: Any, written: str
) -> None:
    """`--traffic` is written into the file's configuration, which must be an object then."""
    changes = f"configuration: {written}\n"
    refused = midakit("experiments", "update", "1001", "-", "--traffic", "50", stdin=changes)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("midakit: configuration: must be an object")
