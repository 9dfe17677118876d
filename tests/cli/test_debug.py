"""The log of `--debug`."""

import pytest

from support.commands import process


@pytest.mark.parametrize("level", ["", "error"])
def test_debug_is_stronger_than_the_variable(shop, level):
    """As every option is; and a variable that is empty counts as not set."""
    done = process("goals", "show", "99999", "--debug", MIDAKIT_LOG=level)
    assert "midakit DEBUG GET" in done.err
