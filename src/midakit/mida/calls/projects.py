"""Projects: sites under one account."""

from typing import Unpack

from midakit.core.call import Call
from midakit.core.checks import at_least_one, page, path_segment
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.mida import models
from midakit.mida.calls import build
from midakit.mida.calls.build import PROJECT
from midakit.mida.fields import ConfigurationChanges, ProjectChanges

CONFIGURATION = f"{PROJECT}/configuration"


def _path(project_key: str | None) -> str:
    return (
        PROJECT if project_key is None else f"/project/{path_segment('project_key', project_key)}"
    )


@expand_options
def list(
    *,
    limit: int = 100,
    offset: int = 0,
    include_inactive: bool = False,
    **extra: Unpack[ExtraOptions],
) -> "Call[models.ProjectList]":
    """Return the call that reads a page of the account's projects.

    Args:
        limit: How many projects, up to 500.
        offset: How many projects to leave out before them.
        include_inactive: Paused projects too.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: A number is out of its bounds.

    Example:
        call = calls.projects.list(include_inactive=True)
    """
    query = page(limit, offset)
    if include_inactive:
        query = (*query, ("include_inactive", "true"))
    return build.get(
        "list_projects", f"{PROJECT}/projects", models.ProjectList, query=query, extra=extra
    )


@expand_options
def create(
    website_name: str | Unset = UNSET,
    *,
    name: str | Unset = UNSET,
    allowed_website: str | Unset = UNSET,
    **extra: Unpack[ExtraOptions],
) -> "Call[models.Project]":
    """Return the call that makes a project; one of the three must be given.

    Args:
        website_name: The name in the dashboard.
        name: Another word for `website_name`.
        allowed_website: The domains that the script may run on; `*` means any.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: Nothing was given.

    Example:
        call = calls.projects.create("Second shop", allowed_website="b.example.com")
    """
    body = build.given(website_name=website_name, name=name, allowed_website=allowed_website)
    at_least_one(
        "website_name", website_name=website_name, name=name, allowed_website=allowed_website
    )
    return build.write(
        "create_project", "POST", f"{PROJECT}/projects", models.ProjectResponse, body,
        safe=False, pick="project", extra=extra,
    )  # fmt: skip


@expand_options
def get(project_key: str | None = None, **extra: Unpack[ExtraOptions]) -> "Call[models.Project]":
    """Return the call that reads a project.

    Args:
        project_key: Key of the project; the client's own when left out.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The key is empty, or would change the path.

    Example:
        call = calls.projects.get()
    """
    return build.get(
        "get_project", _path(project_key), models.ProjectResponse, pick="project", extra=extra
    )


@expand_options
def update(
    project_key: str | None = None, **fields: Unpack[ProjectChanges]
) -> "Call[models.Project]":
    """Return the call that changes a project.

    Args:
        project_key: Key of the project; the client's own when left out.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        website_name: The name in the dashboard.
        name: Another word for `website_name`.
        widget_name: The name of the site's widget.
        allowed_website: The domains that the script may run on; `*` means any.
        monthly_average_traffic: Visitors per month, a hint for estimates.

    Raises:
        InvalidRequest: No field was given, or the traffic is not a whole number.

    Example:
        call = calls.projects.update(website_name="Shop")
    """
    return build.write(
        "update_project", "PATCH", _path(project_key), models.ProjectResponse,
        build.changes("projects.update", ProjectChanges, fields), safe=True, pick="project", extra=fields,
    )  # fmt: skip


@expand_options
def delete(project_key: str, **extra: Unpack[ExtraOptions]) -> "Call[models.DeletedProject]":
    """Return the call that deletes a project; its live experiments stop being served.

    Args:
        project_key: Key of the project; never the client's own by default.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The key is empty, or would change the path.

    Example:
        call = calls.projects.delete("SANDBOXxPROJECTxKEY002")
    """
    return build.write(
        "delete_project", "DELETE", _path(project_key), models.DeletedProject, safe=True,
        repeated=(404, {"project_key": project_key, "status": 2}), extra=extra,
    )  # fmt: skip


@expand_options
def configuration(**extra: Unpack[ExtraOptions]) -> "Call[models.ProjectConfiguration]":
    """Return the call that reads the defaults that new experiments inherit.

    Args:
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: What `extra_query` or `extra_headers` gives is not a mapping of names to
            values.

    Example:
        call = calls.projects.configuration()
    """
    return build.get(
        "get_project_configuration", CONFIGURATION, models.ProjectConfigurationResponse,
        pick="configuration", extra=extra,
    )  # fmt: skip


@expand_options
def update_configuration(
    **fields: Unpack[ConfigurationChanges],
) -> "Call[models.ProjectConfiguration]":
    """Return the call that changes some of the defaults that new experiments inherit.

    Args:
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        analysis_method: `"1"` for Bayesian statistics, `"0"` for frequentist ones.
        frequentist_type: `"0"` for one-tailed tests, `"2"` for two-tailed ones.
        confidence_level: Percent from 50 to 99.
        primary_goal_key: Key of the goal that new experiments decide by; None clears it.
        secondary_goals: All further goals, each with `goal_key`, or with `text` and `name`; they replace the
            stored ones.
        weekly_ai_summary_enabled: Whether a summary is sent each week.
        skip_pre_publish_check: Whether experiments start without the check of the page.

    Raises:
        InvalidRequest: No field was given, or one breaks its rule.

    Example:
        call = calls.projects.update_configuration(confidence_level=90)
    """
    return build.write(
        "update_project_configuration", "PATCH", CONFIGURATION, models.ProjectConfigurationResponse,
        build.changes("projects.update_configuration", ConfigurationChanges, fields),
        safe=True, pick="configuration", extra=fields,
    )  # fmt: skip
