"""The configured split of traffic."""

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._types import Reply
from midakit.mida.models.status import Status


@define(kw_only=True, repr=False)
class DistributionVariant(Model):
    """One variant's configured share."""

    variant_id: str = PROMISED
    """Id in reports: "0" is Control, "1" is Variant 1."""
    name: str = PROMISED
    """Name of the variant."""
    traffic_weight: float | None = None
    """Configured share of the traffic, in percent; None under a bandit."""
    variant_status: str = known("VariantStatus")
    """`active`, or `paused` when its configured share is 0."""


@define(kw_only=True, repr=False)
class Distribution(Reply):
    """The configured split, not the realized one."""

    test_id: int = PROMISED
    """Id of the experiment."""
    test_name: str = PROMISED
    """Display name of the experiment."""
    status: Status = PROMISED
    """State of the experiment: draft, live or inactive."""
    traffic_allocation: float = PROMISED
    """Percent of eligible visitors who are let in."""
    distribution_mode: str = known("DistributionMode")
    """How traffic is split: `equal`, `custom`, or `mab` for a multi-armed bandit."""
    is_mab: bool = PROMISED
    """True when a multi-armed bandit moves the traffic."""
    variants: list[DistributionVariant] = field(factory=list)
    """One row for each variant, Control first."""
