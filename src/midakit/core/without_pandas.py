"""Processes of our own do without pandas, which pyarrow imports at its first array where it is installed.

That takes 0.3 s and 30 MB, a third of what a short export takes. It is for processes that run none of the
user's code: a program that has data frames needs what pyarrow knows about them.
"""

import sys
from typing import Any


class WithoutPandas:
    """Says that there is no pandas, and leaves all else to the other finders."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Find no pandas.

        Args:
            name: What is to be imported.
            path: Where its package is.
            target: A module that is to be loaded anew.

        Raises:
            ModuleNotFoundError: It is pandas.
        """
        if name == "pandas":
            raise ModuleNotFoundError("this process needs no pandas", name=name)


def do_without_pandas() -> None:
    """Make every later import of pandas fail in this process."""
    sys.meta_path.insert(0, WithoutPandas())
