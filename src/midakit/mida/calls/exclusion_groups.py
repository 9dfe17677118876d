"""Exclusion groups: experiments that exclude each other."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, Unpack

from midakit.core.call import Call
from midakit.core.checks import number_id, text
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.mida import models
from midakit.mida.calls.body_rules import group_members
from midakit.mida.calls.build import PROJECT, changes, get, given, write
from midakit.mida.fields import GroupChanges

ROOT = f"{PROJECT}/exclusion-groups"

Percents: TypeAlias = Mapping[int, float] | Mapping[str, float]
Tests: TypeAlias = "Sequence[int | str | models.GroupTestInput | Mapping[str, Any]] | Percents"
"""Ids, `{id: percent}`, or objects with `test_id` and perhaps `percent`."""


def _path(group_id: Any) -> str:
    return f"{ROOT}/{number_id('group_id', group_id)}"


@expand_options
def list(**extra: Unpack[ExtraOptions]) -> "Call[models.ExclusionGroupList]":
    """Return the call that lists the groups of the project.

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
        call = calls.exclusion_groups.list()
    """
    return get("list_exclusion_groups", ROOT, models.ExclusionGroupList, extra=extra)


@expand_options
def create(
    name: str, tests: Tests, *, description: str | Unset = UNSET, **extra: Unpack[ExtraOptions]
) -> "Call[models.CreatedExclusionGroup]":
    """Return the call that makes a group; it is never repeated, because that would make two.

    Args:
        name: The name in the dashboard.
        tests: At least two experiments: ids, which share evenly, or `{id: percent}`.
        description: What the group is for.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The name is empty, or the experiments do not make a group.

    Example:
        call = calls.exclusion_groups.create("Checkout", {1001: 70, 1002: 30})
    """
    members = group_members("tests", tests)
    body = given(name=text("name", name), description=description, tests=members)
    return write(
        "create_exclusion_group",
        "POST",
        ROOT,
        models.CreatedExclusionGroup,
        body,
        safe=False,
        extra=extra,
    )


@expand_options
def update(
    group_id: int | str, **fields: Unpack[GroupChanges]
) -> "Call[models.UpdatedExclusionGroup]":
    """Return the call that changes a group.

    Args:
        group_id: The group's `group_id`, as `exclusion_groups.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        name: The name in the dashboard.
        description: What the group is for.
        tests: All members: ids, which share evenly, or `{id: percent}`; they replace the stored ones.

    Raises:
        InvalidRequest: No field was given, or the experiments do not make a group.

    Example:
        call = calls.exclusion_groups.update(7, description="One banner at a time")
    """
    body = changes("exclusion_groups.update", GroupChanges, fields)
    return write(
        "update_exclusion_group", "PATCH", _path(group_id), models.UpdatedExclusionGroup, body, safe=True,
        extra=fields,
    )  # fmt: skip


@expand_options
def delete(
    group_id: int | str, **extra: Unpack[ExtraOptions]
) -> "Call[models.DeletedExclusionGroup]":
    """Return the call that removes a group.

    Args:
        group_id: The group's `group_id`, as `exclusion_groups.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is not a number.

    Example:
        call = calls.exclusion_groups.delete(7)
    """
    return write(
        "delete_exclusion_group", "DELETE", _path(group_id), models.DeletedExclusionGroup, safe=True,
        repeated=(404, {"group_id": int(group_id)}), extra=extra,
    )  # fmt: skip
