"""Records as they were read, turned into the fields that create them (pure); see also `experiment_input`."""

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from midakit.mida.fields import (
        CampaignFields,
        ConfigurationChanges,
        EventContent,
        NewGoal,
        NewGroup,
        NewProject,
    )
    from midakit.mida.models.events import Event
    from midakit.mida.models.exclusion_groups import ExclusionGroup
    from midakit.mida.models.goals import Goal
    from midakit.mida.models.personalization import CampaignStatus
    from midakit.mida.models.projects import Project, ProjectConfiguration

GOAL = ("goal_name", "goal_type", "goal_value", "goal_key", "goal_purpose", "element_url")
DEFAULTS = (
    "analysis_method", "frequentist_type", "confidence_level",
    "weekly_ai_summary_enabled", "skip_pre_publish_check",
)  # fmt: skip
ACCOUNT = ("name", "domain", "notes")


def given(values: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """Return those of the named values that are set.

    Args:
        values: A model, or a dict.
        names: The names, in the order of the answer.
    """
    get = values.get if isinstance(values, dict) else lambda name: getattr(values, name)
    return {name: value for name in names if (value := get(name)) is not None}


def goal_input(goal: "Goal") -> "NewGoal":
    """Return the fields of `goals.create` that make the same goal.

    Args:
        goal: The goal, as `goals.get` or `goals.list` gives it.
    """
    return cast("NewGoal", given(goal, GOAL))


def event_input(event: "Event") -> "EventContent":
    """Return the fields of `events.record` that record the same, without the visitor.

    Args:
        event: The event, as `events.get` or `events.list` gives it.
    """
    found: EventContent = {"event_name": event.event_text or ""}
    if isinstance(event.properties, dict):
        found["properties"] = event.properties
    return found


def group_input(group: "ExclusionGroup") -> "NewGroup":
    """Return the fields of `exclusion_groups.create` that make the same group.

    Args:
        group: The group, as `exclusion_groups.list` gives it.
    """
    members = [given(test, ("test_id", "percent")) for test in group.tests]
    text = given(group, ("name", "description"))
    return cast("NewGroup", {**text, "tests": members})


def project_input(project: "Project") -> "NewProject":
    """Return the fields of `projects.create` that make the same project.

    Args:
        project: The project, as `projects.get` or `projects.list` gives it.
    """
    name = project.website_name or project.name
    found = given({"website_name": name, "allowed_website": project.allowed_website},
                  ("website_name", "allowed_website"))  # fmt: skip
    return cast("NewProject", found)


def configuration_input(stored: "ProjectConfiguration") -> "ConfigurationChanges":
    """Return the fields of `projects.update_configuration` that set the same defaults.

    Args:
        stored: The defaults, as `projects.configuration` gives them.
    """
    goal, further = stored.primary_goal, stored.secondary_goals
    found = given(stored, DEFAULTS)
    if (
        goal or "primary_goal" in stored.raw
    ):  # else not shown, which does not mean that there is none
        found["primary_goal_key"] = goal.goal_key if goal else None
    if further or stored.raw.get("secondary_goals") is not None:
        found["secondary_goals"] = [
            {"goal_key": one.goal_key} if one.goal_key else given(one, ("text", "name", "type"))
            for one in further
        ]
    return cast("ConfigurationChanges", found)


def campaign_input(campaign: "CampaignStatus") -> "CampaignFields":
    """Return what of `personalization.create_campaign` can be read: the name, and companies if shown.

    Args:
        campaign: The campaign, as `personalization.campaign` gives it.
    """
    found = given(campaign, ("name",))
    shown = campaign.extra.get("accounts")
    if isinstance(shown, list) and shown:
        found["accounts"] = [given(one, ACCOUNT) for one in shown if isinstance(one, dict)]
    return cast("CampaignFields", found)
