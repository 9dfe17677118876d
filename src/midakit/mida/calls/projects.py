"""Projects: sites under one account."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.checks import between, one_of, page, segment, some
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, given, write
from midakit.mida.calls.build import get as reading

if TYPE_CHECKING:
    from midakit.mida.models import (
        DeletedProject,
        Project,
        ProjectConfiguration,
        ProjectList,
    )


def _path(project_key: str | None) -> str:
    return PROJECT if project_key is None else f"/project/{segment('project_key', project_key)}"


def list(
    *, limit: int = 100, offset: int = 0, include_inactive: bool = False
) -> "Call[ProjectList]":
    """A page of the account's projects."""
    query = page(limit, offset)
    if include_inactive:
        query = (*query, ("include_inactive", "true"))
    return reading("list_projects", f"{PROJECT}/projects", models.ProjectList, query=query)


def create(
    website_name: str | Unset = UNSET,
    *,
    name: str | Unset = UNSET,
    allowed_website: str | Unset = UNSET,
) -> "Call[Project]":
    """Make a project."""
    body = given(website_name=website_name, name=name, allowed_website=allowed_website)
    some("website_name", website_name=website_name, name=name, allowed_website=allowed_website)
    return write(
        "create_project",
        "POST",
        f"{PROJECT}/projects",
        models.ProjectResponse,
        body,
        safe=False,
        pick="project",
    )


def get(project_key: str | None = None) -> "Call[Project]":
    """One project; the client's own without a key."""
    return reading("get_project", _path(project_key), models.ProjectResponse, pick="project")


def update(
    project_key: str | None = None,
    *,
    website_name: str | Unset = UNSET,
    name: str | Unset = UNSET,
    widget_name: str | Unset = UNSET,
    allowed_website: str | Unset = UNSET,
    monthly_average_traffic: int | Unset = UNSET,
) -> "Call[Project]":
    """Change a project."""
    if monthly_average_traffic is not UNSET:
        between("monthly_average_traffic", monthly_average_traffic, 0, float("inf"), whole=True)
    fields = {
        "website_name": website_name,
        "name": name,
        "widget_name": widget_name,
        "allowed_website": allowed_website,
        "monthly_average_traffic": monthly_average_traffic,
    }
    some("project", **fields)
    return write(
        "update_project", "PATCH", _path(project_key), models.ProjectResponse, given(**fields),
        safe=True, pick="project",
    )  # fmt: skip


def delete(project_key: str) -> "Call[DeletedProject]":
    """Soft-delete a project."""
    return write(
        "delete_project", "DELETE", _path(project_key), models.DeletedProject, safe=True,
        repeated=(404, {"project_key": project_key, "status": 2}),
    )  # fmt: skip


def configuration() -> "Call[ProjectConfiguration]":
    """The defaults that new experiments inherit."""
    return reading(
        "get_project_configuration", f"{PROJECT}/configuration", models.ProjectConfigurationResponse,
        pick="configuration",
    )  # fmt: skip


def update_configuration(
    *,
    analysis_method: str | int | Unset = UNSET,
    frequentist_type: str | int | Unset = UNSET,
    confidence_level: float | Unset = UNSET,
    primary_goal_key: str | Unset | None = UNSET,
    secondary_goals: Sequence[Mapping[str, Any]] | Unset = UNSET,
    weekly_ai_summary_enabled: bool | Unset = UNSET,
    skip_pre_publish_check: bool | Unset = UNSET,
) -> "Call[ProjectConfiguration]":
    """Change some of the defaults; None clears the primary goal, a list replaces the stored one."""
    if analysis_method is not UNSET:
        analysis_method = one_of("analysis_method", str(analysis_method), ("1", "0"))
    if frequentist_type is not UNSET:
        frequentist_type = one_of("frequentist_type", str(frequentist_type), ("0", "2"))
    if confidence_level is not UNSET:
        between("confidence_level", confidence_level, 50, 99)
    for goal in secondary_goals or ():
        if "goal_key" not in goal and not {"text", "name"} <= goal.keys():
            raise InvalidRequest("secondary_goals", "each needs a goal_key, or text and name")
    fields = {
        "analysis_method": analysis_method,
        "frequentist_type": frequentist_type,
        "confidence_level": confidence_level,
        "primary_goal_key": primary_goal_key,
        "secondary_goals": secondary_goals,
        "weekly_ai_summary_enabled": weekly_ai_summary_enabled,
        "skip_pre_publish_check": skip_pre_publish_check,
    }
    some("configuration", **fields)
    return write(
        "update_project_configuration", "PATCH", f"{PROJECT}/configuration",
        models.ProjectConfigurationResponse, given(**fields), safe=True, pick="configuration",
    )  # fmt: skip
