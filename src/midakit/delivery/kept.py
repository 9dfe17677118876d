"""An answer as the cache keeps it."""

from functools import lru_cache

from midakit.delivery.answers import AnswerReason, AssignedVariant


class KeptVariant:
    """A variant, with the object that every page gets for it while it is fresh.

    Args:
        name: The variant's name; None where the visitor is not in the experiment.
    """

    __slots__ = ("cached", "is_assigned", "value")

    def __init__(self, name: str | None) -> None:
        self.value = name
        """The variant's name, or None."""
        self.is_assigned = name is not None
        """Whether the visitor is in the experiment."""
        self.cached = AssignedVariant(name or "", AnswerReason.CACHED)
        """What is returned without asking."""


kept_variant = lru_cache(maxsize=256)(KeptVariant)
"""The one object for a name: visitors are many, variants few, so an answer takes 0.3 kB less."""


class KeptFlags:
    """The flags of a visitor.

    Args:
        names: Their names.
    """

    __slots__ = ("value",)

    def __init__(self, names: tuple[str, ...]) -> None:
        self.value = names
        """The names of the flags that are on."""
