"""Account: who is on the team, and what the key may do."""

from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource


class AsyncAccount(AsyncResource):
    """Team members and access: `mida.account`."""

    __slots__ = ()

    async def members(self) -> "models.TeamMemberList":
        """List the people on the account."""
        return await self._client.send(calls.account.members())

    async def my_access(self) -> "models.MyAccess":
        """Ask for the role of whoever the key stands for; a plain API key has none."""
        return await self._client.send(calls.account.my_access())
