"""A goal inside another object; apart from `goals`, whose classes a report does not need."""

from attrs import define

from midakit.core.models.model import PROMISED, Model, known


@define(kw_only=True, repr=False)
class GoalRef(Model):
    """A goal inside another object; name, type and value are there, the rest may be missing."""

    goal_profile_id: int | None = None
    """Id of the goal."""
    goal_key: str | None = None
    """Key of the goal, unique in the project."""
    goal_name: str = PROMISED
    """Display name of the goal."""
    goal_type: str = known("GoalType")
    """What the goal counts, such as `pageview`, `event` or `revenue`."""
    goal_value: str = PROMISED
    """What it is matched with, by type: a URL, a selector, a text, or an event's name. Always text."""
    is_primary: bool | None = None
    """True for the goal that decides."""
    goal_source: str | None = None
    """`global_default` when the project's default was used."""
