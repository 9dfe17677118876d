"""What a service gets for a visitor: a variant or flags, and why.

An `AssignedVariant` is text, so that code compares it as it is: `variant == "Variant 1"`. The reason
says where it came from; the default is used exactly where `is_default` is true.
"""

import enum
from collections.abc import Iterable
from typing import Any

from midakit.errors import MidakitError


class AnswerReason(enum.StrEnum):
    """Where an answer came from, or why it is the default."""

    ASSIGNED = "assigned"
    """The service has just said so."""
    CACHED = "cached"
    """The service said so a short time ago."""
    STALE = "stale"
    """The service said so some time ago; it is being asked again."""
    STICKY = "sticky"
    """The store of assignments said so."""
    FORCED = "forced"
    """The option `overrides` says so; Mida was not asked, and counts nobody."""
    NOT_ASSIGNED = "not_assigned"
    """The default: the visitor is not in the experiment, or the experiment is not live."""
    TIMEOUT = "timeout"
    """The default: no answer came within the budget."""
    CIRCUIT_OPEN = "circuit_open"
    """The default: the service is away, so it was not asked."""
    REFUSED = "refused"
    """The default: the service refused the request; `error` says why."""
    FAILED = "failed"
    """The default: the request failed; `error` says why."""
    INVALID = "invalid"
    """The default: an argument cannot be sent; `error` says which."""


class AssignedVariant(str):
    """The name of a variant, such as `Control` or `Variant 1`, and why it is this one.

    Example:
        variant = await delivery.variant("homepage-headline", "user-42")
        print(variant.upper(), variant.reason, variant.error, variant.is_default)
    """

    __slots__ = ("error", "is_default", "reason")

    reason: AnswerReason
    """Where the name came from, or why it is the default."""
    error: MidakitError | None
    """What went wrong; None where nothing did."""
    is_default: bool
    """Whether it is the caller's default and not an assignment."""

    def __new__(
        cls, name: str, reason: AnswerReason, error: MidakitError | None = None
    ) -> "AssignedVariant":
        """Make one.

        Args:
            name: The name.
            reason: Where it came from.
            error: What went wrong, where the default is used because of it.
        """
        found = super().__new__(cls, name)
        found.reason = reason
        found.error = error
        found.is_default = reason not in FROM_THE_SERVICE
        return found

    def __repr__(self) -> str:
        return f"<AssignedVariant {str(self)!r}, {self.reason}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return AssignedVariant, (str(self), self.reason, self.error)


class EnabledFlags(frozenset[str]):
    """The names of the flags that are on for a visitor, and where they came from.

    Example:
        flags = await delivery.flags("user-42")
        print(flags & {"dark-mode", "new-cart"}, flags.reason)
    """

    __slots__ = ("error", "known", "reason")

    reason: AnswerReason
    """Where the flags came from, or why nothing is known."""
    error: MidakitError | None
    """What went wrong; None where nothing did."""
    known: bool
    """Whether the flags are known; otherwise the set has what `overrides` turns on, and defaults hold."""

    def __new__(
        cls,
        names: Iterable[str] = (),
        reason: AnswerReason = AnswerReason.ASSIGNED,
        error: MidakitError | None = None,
    ) -> "EnabledFlags":
        """Make one.

        Args:
            names: The names.
            reason: Where they came from.
            error: What went wrong, where nothing is known because of it.
        """
        found = super().__new__(cls, names)
        found.reason = reason
        found.error = error
        found.known = reason in FROM_THE_SERVICE
        return found

    def __repr__(self) -> str:
        return f"<EnabledFlags {sorted(self)}, {self.reason}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return EnabledFlags, (tuple(self), self.reason, self.error)


FROM_THE_SERVICE = frozenset(
    {
        AnswerReason.ASSIGNED, AnswerReason.CACHED, AnswerReason.STALE, AnswerReason.STICKY,
        AnswerReason.FORCED,
    }
)  # fmt: skip
"""The reasons of an answer that is no default."""
