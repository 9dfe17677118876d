"""Account: who is on the team, and what the key may do."""

from typing import Unpack

from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource


class AsyncAccount(AsyncResource):
    """Team members and access: `mida.account`."""

    __slots__ = ()

    @expand_options
    async def members(self, **extra: Unpack[ExtraOptions]) -> "models.TeamMemberList":
        """List the people on the account.

        Args:
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Unauthorized: The key is not valid.

        Example:
            team = await mida.account.members()
            print([(member.name, member.role_label) for member in team.members])
        """
        return await self._client.send(calls.account.members(**taken(extra)))

    @expand_options
    async def my_access(self, **extra: Unpack[ExtraOptions]) -> "models.MyAccess":
        """Ask for the role of whoever the key stands for; a plain API key has none.

        Args:
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Unauthorized: The key is not valid.

        Example:
            access = await mida.account.my_access()
            print(access.can_edit)
        """
        return await self._client.send(calls.account.my_access(**taken(extra)))
