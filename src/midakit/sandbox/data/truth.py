"""The seeded experiments and what is really true about them, as data.

Visitors are shared between experiments, so each has a conversion event of its own: with one shared
event a true rate of 5.0 % would read 7.5 %.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TrueArm:
    """One variant: its share of the traffic, its true rate and, with orders, its true order value."""

    nickname: str | None
    weight: float
    rate: float
    aov: float | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """One seeded experiment; `share` of the visitors enter it."""

    test_id: int
    name: str
    lesson: str
    event: str
    share: float
    arms: tuple[TrueArm, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    project: int = 0


def project_key(place: int) -> str:
    """Return the key of a made-up project.

    Args:
        place: Its place among the projects, from 0.

    Returns:
        The key.
    """
    return f"SANDBOXxPROJECTxKEY{place + 1:03}"


_SERVED = {
    "serving_variant_id": "1",
    "serving_periods": [{"variant_id": "1", "start": "2026-05-05T00:00:00.000Z", "end": None}],
}

TRUTH = (
    Truth(1001, "Homepage headline", "a winner", "checkout_started", 0.40,
          (TrueArm(None, 0.5, 0.049), TrueArm("Benefit headline", 0.5, 0.056))),
    Truth(1002, "Newsletter pop-up", "a loser", "newsletter_joined", 0.40,
          (TrueArm(None, 0.5, 0.060), TrueArm("On scroll", 0.5, 0.051))),
    Truth(1003, "Demo form length", "no real difference", "demo_requested", 0.30,
          (TrueArm(None, 0.5, 0.050), TrueArm("Short form", 0.5, 0.0505))),
    Truth(1004, "Trial button color",
          "a sample ratio mismatch: equal weights are configured, 50.95 to 49.05 arrive",
          "trial_started", 0.40,
          (TrueArm(None, 0.5095, 0.050), TrueArm("Green", 0.4905, 0.050))),
    Truth(1005, "Bundles on the product page",
          "the same rate in three arms, order value 9 % higher in the last", "Purchase", 0.45,
          (TrueArm(None, 0.4, 0.050, 42.80), TrueArm("Bundle below", 0.3, 0.050, 42.80),
           TrueArm("Bundle above", 0.3, 0.050, 46.65)),
          {"distribution": {"0": 40, "1": 30, "2": 30}, "bayesian": 0}),
    Truth(1006, "Guided sign-up", "a winner that is served to everyone since 2026-05-05",
          "signup_completed", 0.35,
          (TrueArm(None, 0.5, 0.080), TrueArm("Guided", 0.5, 0.095)), _SERVED),
    Truth(2001, "Contact page",
          "the only experiment of a second project: listed for the account, 404 on its reports",
          "lead_sent", 1.0,
          (TrueArm(None, 0.5, 0.100), TrueArm("With faces", 0.5, 0.100)), project=1),
)  # fmt: skip
