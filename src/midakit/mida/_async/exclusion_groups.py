"""Exclusion groups: sets of experiments of which a visitor enters one."""

from typing import TYPE_CHECKING, Any

from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import calls
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from midakit.mida.models import (
        CreatedExclusionGroup,
        DeletedExclusionGroup,
        ExclusionGroupList,
        UpdatedExclusionGroup,
    )


class AsyncExclusionGroups(AsyncResource):
    """`mida.exclusion_groups`."""

    __slots__ = ()

    async def list(self) -> "ExclusionGroupList":
        """The project's groups and their members."""
        return await self._client.send(calls.exclusion_groups.list())

    async def create(
        self, name: str, tests: "Sequence[Any]", description: str | Unset = UNSET
    ) -> "CreatedExclusionGroup":
        """Make experiments exclude each other; ids alone share evenly, `{id: percent}` as given."""
        return await self._client.send(
            calls.exclusion_groups.create(name, tests, description=description)
        )

    async def update(
        self,
        group_id: int | str,
        *,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
        tests: "Sequence[Any] | Unset" = UNSET,
    ) -> "UpdatedExclusionGroup":
        """Change a group; `tests` replaces the whole membership."""
        return await self._client.send(
            calls.exclusion_groups.update(group_id, name=name, description=description, tests=tests)
        )

    async def delete(self, group_id: int | str) -> "DeletedExclusionGroup":
        """Remove a group; its experiments keep running."""
        return await self._client.send(calls.exclusion_groups.delete(group_id))

    async def add_tests(
        self, group_id: int | str, tests: "Sequence[int | str]"
    ) -> "UpdatedExclusionGroup":
        """Add experiments: read the members, add, send the whole list, shared evenly.

        The API replaces memberships, so leaving one out would drop it silently.
        """
        for group in (await self.list()).groups or []:
            if str(group.group_id) == str(group_id):
                break
        else:
            raise InvalidRequest("group_id", f"the project has no exclusion group {group_id}")
        members = [member.test_id for member in group.tests or []]
        known = {str(member) for member in members}
        added = [int(test) for test in tests if str(test) not in known]
        return await self.update(group_id, tests=[*members, *added])
