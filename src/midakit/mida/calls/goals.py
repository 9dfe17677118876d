"""Goals: conversion definitions."""

from typing import Any, Unpack

from midakit.core.call import Call
from midakit.core.checks import number_id, one_of, page, text
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET
from midakit.mida import models
from midakit.mida.calls import body_rules, build
from midakit.mida.calls.build import PROJECT
from midakit.mida.fields import GoalChanges, GoalFields


def _path(goal_profile_id: Any) -> str:
    return f"{PROJECT}/goal/{number_id('goal_profile_id', goal_profile_id)}"


@expand_options
def list(
    *, limit: int = 50, offset: int = 0, **extra: Unpack[ExtraOptions]
) -> "Call[models.GoalList]":
    """Return the call that reads a page of the project's goals.

    Args:
        limit: How many goals, up to 500.
        offset: How many goals to leave out before them.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: A number is out of its bounds.

    Example:
        call = calls.goals.list()
    """
    return build.get(
        "list_goals", f"{PROJECT}/goals", models.GoalList, query=page(limit, offset), extra=extra
    )


@expand_options
def create(
    goal_name: str, goal_type: str, goal_value: str | int | float, **fields: Unpack[GoalFields]
) -> "Call[models.CreatedGoal]":
    """Return the call that makes a goal.

    With a `goal_key` it is safe to repeat, because the server refuses a second goal with that key.

    Args:
        goal_name: The name in the dashboard.
        goal_type: What is counted, such as `pageview`, `clickOnElement`, `event` or `revenue`.
        goal_value: Address, selector, text or event name, whichever the type compares.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        goal_purpose: `sell`, `engage` or `generate`.
        goal_key: A key of your own, unique in the project; the server makes one when it is left out.
        element_url: The page that holds the element or the form.

    Raises:
        InvalidRequest: A text is empty, a word is unknown, or a pattern is not valid.

    Example:
        call = calls.goals.create("Sign-up", "event", "signed_up", goal_key="signed_up")
    """
    body = {
        "goal_name": text("goal_name", goal_name),
        "goal_type": one_of("goal_type", goal_type, models.GoalType),
        "goal_value": body_rules.goal_value("goal_value", goal_value),
        **build.body("goals.create", GoalFields, fields),
    }
    return build.write(
        "create_goal", "POST", f"{PROJECT}/goal", models.CreatedGoal, body_rules.with_valid_pattern(body),
        safe=fields.get("goal_key", UNSET) is not UNSET, extra=fields,
    )  # fmt: skip


@expand_options
def get(goal_profile_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.GoalDetails]":
    """Return the call that reads a goal.

    Args:
        goal_profile_id: The goal's numeric id, as `goals.list` gives it; not its key.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is not a number.

    Example:
        call = calls.goals.get(205)
    """
    return build.get(
        "get_goal", _path(goal_profile_id), models.GoalResponse, pick="goal", extra=extra
    )


@expand_options
def update(goal_profile_id: int | str, **fields: Unpack[GoalChanges]) -> "Call[models.UpdatedGoal]":
    """Return the call that changes a goal; live experiments count differently at once.

    Args:
        goal_profile_id: The goal's numeric id, as `goals.list` gives it; not its key.
        goal_name: The name in the dashboard.
        goal_type: What is counted, such as `pageview`, `clickOnElement`, `event` or `revenue`.
        goal_value: Address, selector, text or event name, whichever the type compares.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        goal_purpose: `sell`, `engage` or `generate`.
        goal_key: A key of your own, unique in the project; the server makes one when it is left out.
        element_url: The page that holds the element or the form.

    Raises:
        InvalidRequest: No field was given, a word is unknown, or a pattern is not valid.

    Example:
        call = calls.goals.update(102, goal_name="Call to action")
    """
    body = body_rules.with_valid_pattern(build.changes("goals.update", GoalChanges, fields))
    return build.write(
        "update_goal",
        "PATCH",
        _path(goal_profile_id),
        models.UpdatedGoal,
        body,
        safe=True,
        extra=fields,
    )


@expand_options
def delete(goal_profile_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.DeletedGoal]":
    """Return the call that deletes a goal; its row stays, marked as deleted.

    Args:
        goal_profile_id: The goal's numeric id, as `goals.list` gives it; not its key.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is not a number.

    Example:
        call = calls.goals.delete(104)
    """
    return build.write(
        "delete_goal", "DELETE", _path(goal_profile_id), models.DeletedGoal, safe=True,
        repeated=(404, {"goal_profile_id": int(goal_profile_id), "deleted": True}), extra=extra,
    )  # fmt: skip
