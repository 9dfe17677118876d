"""`UNSET`: not given, as against None, which clears a value where the API allows that."""

import enum
from typing import Final, Literal


class Unset(enum.Enum):
    """An enum's member is one object for good: it survives copy, deepcopy and pickle."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
