"""`Status` of an experiment: one type for its number, its label, and what the server adds later."""

from typing import TYPE_CHECKING, Any, ClassVar
from zlib import crc32

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema

_LABELS = {9: "draft", 1: "live", 0: "inactive"}
_CODES = {label: code for code, label in _LABELS.items()}


class Status(int):
    """State of an experiment: draft (9), live (1) or inactive (0).

    It equals its number and its label: `Status("live") == Status.LIVE == 1`, and
    `Status.LIVE == "live"`. A number or a label that is not known yet is kept as it came.

    Example:
        from midakit import Status

        assert Status("live") == Status.LIVE == 1
        print([one.test_id for one in mida.experiments.list() if one.status == "live"])
    """

    DRAFT: ClassVar["Status"]
    LIVE: ClassVar["Status"]
    INACTIVE: ClassVar["Status"]

    label: str
    """The state in a word: `draft`, `live`, `inactive`, or what the server sent."""

    def __new__(cls, value: int | str) -> "Status":
        """Read a code, a code as text, or a label in any case."""
        if isinstance(value, Status):
            return value
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError(f"a status is a number or a label, not {type(value).__name__}")
        code, label = _read(value)
        status = super().__new__(cls, code)
        status.label = label
        return status

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: "GetCoreSchemaHandler"
    ) -> "CoreSchema":
        """Return the schema: a number or a label is read, and the label is written."""
        from pydantic_core import core_schema

        text = core_schema.str_schema()
        return core_schema.no_info_plain_validator_function(
            cls,
            json_schema_input_schema=core_schema.union_schema([text, core_schema.int_schema()]),
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda status: status.label, return_schema=text
            ),
        )

    @property
    def known(self) -> bool:
        """True when it is one of the three documented states."""
        return int(self) in _LABELS

    def __eq__(self, other: object) -> bool:
        return self.label == other.lower() if isinstance(other, str) else int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(int(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return Status, (self.label,)

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        return f"Status.{self.label.upper()}" if self.known else f"Status({self.label!r})"


def _read(value: int | str) -> tuple[int, str]:
    if isinstance(value, int):
        return value, _LABELS.get(value, str(value))
    word = value.strip().lower()
    if word.removeprefix("-").isdecimal():
        return int(word), _LABELS.get(int(word), str(int(word)))
    # An unknown label gets a number of its own below zero: the same everywhere, equal to no code.
    return _CODES.get(word, -1 - crc32(word.encode())), word


Status.DRAFT = Status(9)
Status.LIVE = Status(1)
Status.INACTIVE = Status(0)
