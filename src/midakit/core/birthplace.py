"""Where an object was made, for the warning about one that was not closed."""

import os
import sys

_OURS = os.path.dirname(os.path.dirname(__file__)) + os.sep  # noqa: PTH120  # pathlib costs more than all else here


def birthplace() -> str:
    """`file:line` of the nearest frame outside midakit."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
