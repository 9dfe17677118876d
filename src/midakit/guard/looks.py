"""What one look found."""

import attrs

from midakit.guard.conditions import URGENT, GuardCondition


@attrs.define
class GuardLook:
    """What one look at all live experiments found.

    Example:
        look = await guard.look()
        print(look.looked_at, look.found, look.failures)
    """

    looked_at: int = 0
    """How many live experiments of the project were judged."""
    found: dict[int, tuple[GuardCondition, ...]] = attrs.field(factory=dict)
    """Experiment -> what is true of it now."""
    told: int = 0
    """Messages that were sent, one for each channel."""
    stopped: list[int] = attrs.field(factory=list)
    """Experiments that were stopped."""
    failures: list[str] = attrs.field(factory=list)
    """What could not be judged or told, with the reason."""

    @property
    def urgent(self) -> bool:
        """Whether something needs somebody's attention."""
        return any(one.code in URGENT for found in self.found.values() for one in found)
