"""Feature flags: each is on for a share of the visitors."""

from collections.abc import Mapping

from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.state.bucketing import bucket

SEEDED = {"new-checkout": 50.0, "dark-mode": 100.0, "beta-search": 10.0, "old-banner": 0.0}
"""The percent of visitors that each flag is on for, until it is changed."""


def flags_of(state: SandboxState, project_key: str) -> dict[str, float]:
    """Return the flags of a project.

    Args:
        state: What the sandbox holds.
        project_key: The project.

    Returns:
        The percent of visitors by the flag's name.
    """
    stored = state.records.find_by_name("flags", project_key)
    return SEEDED if stored is None else stored["percents"]


def set_flags(state: SandboxState, project_key: str, percents: Mapping[str, float]) -> None:
    """Replace the flags of a project.

    Args:
        state: What the sandbox holds.
        project_key: The project.
        percents: The percent of visitors by the flag's name.

    Raises:
        HttpError: 400, a percent is not from 0 to 100; 404, there is no such project.
    """
    project = state.records.find_by_name("project", project_key)
    if project is None:
        raise HttpError(404, "Project not found")
    for name, percent in percents.items():
        number = isinstance(percent, int | float) and not isinstance(percent, bool)
        if not number or not 0 <= percent <= 100:
            raise HttpError(400, f"{name} must be a percent from 0 to 100")
    body = {"percents": {name: float(percent) for name, percent in percents.items()}}
    state.records.put("flags", project["number"], body, name=project_key)


def enabled_for(flags: Mapping[str, float], user_id: str) -> list[str]:
    """Return the flags that are on for a visitor [choice 49]: one that grows keeps those who have it.

    Args:
        flags: The percent of visitors by the flag's name.
        user_id: The id that the site gave the visitor.

    Returns:
        Names of flags, in order.
    """
    return sorted(
        name
        for name, percent in flags.items()
        if bucket("f", 0, f"{name}:{user_id}") * 100 < percent
    )
