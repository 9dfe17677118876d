"""Exclusion groups: sets of experiments of which a visitor enters one."""

from typing import TYPE_CHECKING, Unpack

from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource
from midakit.mida.fields import GroupChanges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from midakit.mida.calls.exclusion_groups import Tests


class AsyncExclusionGroups(AsyncResource):
    """Sets of experiments of which a visitor enters one: `mida.exclusion_groups`."""

    __slots__ = ()

    @expand_options
    async def list(self, **extra: Unpack[ExtraOptions]) -> "models.ExclusionGroupList":
        """List the project's groups and their members.

        Args:
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Unauthorized: The key is not valid for the project.

        Example:
            for group in (await mida.exclusion_groups.list()).groups:
                print(group.group_id, group.name, [test.test_id for test in group.tests])
        """
        return await self._client.send(calls.exclusion_groups.list(**taken(extra)))

    @expand_options
    async def create(
        self,
        name: str,
        tests: "Tests",
        description: str | Unset = UNSET,
        **extra: Unpack[ExtraOptions],
    ) -> "models.CreatedExclusionGroup":
        """Make experiments exclude each other.

        Args:
            name: The name in the dashboard.
            tests: At least two experiments: ids, which share evenly, or `{id: percent}`.
            description: What the group is for.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            InvalidRequest: The name is empty, or the experiments do not make a group.

        Example:
            await mida.exclusion_groups.create("Checkout", {1001: 70, 1002: 30})
        """
        return await self._client.send(
            calls.exclusion_groups.create(name, tests, description=description, **taken(extra))
        )

    @expand_options
    async def update(
        self, group_id: int | str, **fields: Unpack[GroupChanges]
    ) -> "models.UpdatedExclusionGroup":
        """Update the name, description or members of a group.

        Args:
            group_id: The group's `group_id`, as `exclusion_groups.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            name: The name in the dashboard.
            description: What the group is for.
            tests: All members: ids, which share evenly, or `{id: percent}`; they replace the stored ones.

        Raises:
            InvalidRequest: No field was given, or the experiments do not make a group.
            NotFound: The project has no such group.

        Example:
            await mida.exclusion_groups.create("Checkout", [1001, 1002])
            [*_, group] = (await mida.exclusion_groups.list()).groups
            await mida.exclusion_groups.update(group.group_id, description="One banner at a time")
        """
        return await self._client.send(calls.exclusion_groups.update(group_id, **taken(fields)))

    @expand_options
    async def delete(
        self, group_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.DeletedExclusionGroup":
        """Remove a group; its experiments keep running.

        Args:
            group_id: The group's `group_id`, as `exclusion_groups.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such group.

        Example:
            await mida.exclusion_groups.create("Checkout", [1001, 1002])
            for group in (await mida.exclusion_groups.list()).groups:
                await mida.exclusion_groups.delete(group.group_id)
        """
        return await self._client.send(calls.exclusion_groups.delete(group_id, **taken(extra)))

    @expand_options
    async def add_tests(
        self, group_id: int | str, tests: "Sequence[int | str]", **extra: Unpack[ExtraOptions]
    ) -> "models.UpdatedExclusionGroup":
        """Add experiments: read the members, add, send the whole list, shared evenly.

        The API replaces memberships, so leaving one out would drop it silently.

        Args:
            group_id: The group's `group_id`, as `exclusion_groups.list` gives it.
            tests: Ids of experiments; those that are members already are sent once.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            InvalidRequest: The project has no such group, or the listing does not show its members.

        Example:
            await mida.exclusion_groups.create("Checkout", [1001, 1002])
            [*_, group] = (await mida.exclusion_groups.list()).groups
            await mida.exclusion_groups.add_tests(group.group_id, [1003])
        """
        extra = taken(extra)
        for group in (await self.list()).groups:
            if str(group.group_id) == str(group_id):
                break
        else:
            raise InvalidRequest("group_id", f"the project has no exclusion group {group_id}")
        if group.raw.get("tests") is None or any(one.path[0] == "tests" for one in group.undecoded):
            raise InvalidRequest("group_id", "its members could not be read, and would be left out")
        members = [test.test_id for test in group.tests if test.test_id is not None]
        known = {str(member) for member in members}
        added = [int(test) for test in tests if str(test) not in known]
        return await self.update(group_id, tests=[*members, *added], **extra)
