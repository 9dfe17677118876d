"""Comments: the discussion on an experiment's report."""

from typing import TYPE_CHECKING

from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from midakit.mida.models import AddedComment, DeletedComment, Discussion


class AsyncComments(AsyncResource):
    """`mida.comments`."""

    __slots__ = ()

    async def list(self, test_id: int | str) -> "Discussion":
        """The discussion; its `comments` in the order they were written."""
        return await self._client.send(calls.comments.list(test_id))

    async def add(
        self, test_id: int | str, text: str, source: str | Unset = UNSET
    ) -> "AddedComment":
        """Post a comment; needs a connection that identifies a person, a plain API key gets 400."""
        return await self._client.send(calls.comments.add(test_id, text, source=source))

    async def delete(self, test_id: int | str, comment_id: int | str) -> "DeletedComment":
        """Delete a comment; its author, an Owner or an Admin may."""
        return await self._client.send(calls.comments.delete(test_id, comment_id))
