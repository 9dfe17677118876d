"""Exclusion groups: experiments that exclude each other."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.checks import between, number_id, some, text
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, get, given, write

if TYPE_CHECKING:
    from midakit.mida.models import (
        CreatedExclusionGroup,
        DeletedExclusionGroup,
        ExclusionGroupList,
        UpdatedExclusionGroup,
    )

ROOT = f"{PROJECT}/exclusion-groups"

Tests = Sequence[Any] | Mapping[int, float]
"""Ids, `{id: percent}`, or objects with `test_id` and perhaps `percent`."""


def _path(group_id: Any) -> str:
    return f"{ROOT}/{number_id('group_id', group_id)}"


def list() -> "Call[ExclusionGroupList]":
    """The project's groups."""
    return get("list_exclusion_groups", ROOT, models.ExclusionGroupList)


def create(
    name: str, tests: Tests, *, description: str | Unset = UNSET
) -> "Call[CreatedExclusionGroup]":
    """Make a group; never repeated, for it would make two."""
    body = given(name=text("name", name), description=description, tests=members(tests))
    return write(
        "create_exclusion_group", "POST", ROOT, models.CreatedExclusionGroup, body, safe=False
    )


def update(
    group_id: int | str,
    *,
    name: str | Unset = UNSET,
    description: str | Unset = UNSET,
    tests: Tests | Unset = UNSET,
) -> "Call[UpdatedExclusionGroup]":
    """Change a group; `tests` is the complete new membership."""
    some("group", name=name, description=description, tests=tests)
    body = given(
        name=name if name is UNSET else text("name", name),
        description=description,
        tests=tests if tests is UNSET else members(tests),
    )
    return write(
        "update_exclusion_group",
        "PATCH",
        _path(group_id),
        models.UpdatedExclusionGroup,
        body,
        safe=True,
    )


def delete(group_id: int | str) -> "Call[DeletedExclusionGroup]":
    """Remove a group."""
    return write(
        "delete_exclusion_group", "DELETE", _path(group_id), models.DeletedExclusionGroup, safe=True,
        repeated=(404, {"group_id": int(group_id)}),
    )  # fmt: skip


def members(tests: Tests) -> Any:
    """The members as they are sent: at least two, none twice, percents on all (sum 100) or on none."""
    pairs = tests.items() if isinstance(tests, Mapping) else tests
    found = [_member(one) for one in pairs]
    if len(found) < 2:
        raise InvalidRequest("tests", "a group needs at least two experiments")
    ids = [member["test_id"] for member in found]
    twice = {one for one in ids if ids.count(one) > 1}
    if twice:
        raise InvalidRequest("tests", f"experiment {min(twice)} is named twice")
    percents = [member["percent"] for member in found if "percent" in member]
    if percents and len(percents) < len(found):
        raise InvalidRequest("tests", "give percents for all experiments or for none")
    if percents and abs(sum(percents) - 100) > 0.01:
        raise InvalidRequest("tests", f"the percents sum to {sum(percents):g}, not to 100")
    return found


def _member(one: Any) -> dict[str, Any]:
    from midakit.core.models.encode import plain

    if isinstance(one, tuple):
        test_id, percent = one
        one = {"test_id": test_id, "percent": percent}
    found = plain(one) if not isinstance(one, (int, str)) else {"test_id": one}
    member = {"test_id": int(number_id("tests", found.get("test_id")))}
    if found.get("percent") is not None:
        member["percent"] = between("tests", found["percent"], 0, 100)
    return member
