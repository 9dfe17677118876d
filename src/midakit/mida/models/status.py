"""An experiment's status: one type for the code and for the label."""

from typing import Any, ClassVar

LABELS = {9: "draft", 1: "live", 0: "inactive"}
CODES = {label: code for code, label in LABELS.items()}


class Status(int):
    """9 draft, 1 live, 0 inactive; made from either form, equal to both, open to new codes.

    `Status("live") == Status.LIVE == 1 == "live"`.
    """

    DRAFT: ClassVar["Status"]
    LIVE: ClassVar["Status"]
    INACTIVE: ClassVar["Status"]

    def __new__(cls, value: int | str) -> "Status":
        return cls.parse(value)

    @classmethod
    def parse(cls, value: Any) -> "Status":
        """From a code, a code as text, or a label in any case."""
        if isinstance(value, str):
            value = CODES.get(value.strip().lower(), value)
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            raise ValueError(f"{value!r} is no status")
        return int.__new__(cls, int(value))

    @property
    def label(self) -> str:
        """The word for it; the number as text when it is a new one."""
        return LABELS.get(int(self), str(int(self)))

    def __eq__(self, other: object) -> bool:
        return self.label == other.lower() if isinstance(other, str) else int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(int(self))

    def __repr__(self) -> str:
        name = self.label.upper()
        return f"Status.{name}" if int(self) in LABELS else f"Status({int(self)})"

    def __str__(self) -> str:
        return self.label

    def __reduce__(self) -> tuple[Any, ...]:
        return Status, (int(self),)


Status.DRAFT, Status.LIVE, Status.INACTIVE = Status(9), Status(1), Status(0)
