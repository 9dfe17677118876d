"""Comments: the discussion on an experiment's report."""

from typing import Unpack

from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource


class AsyncComments(AsyncResource):
    """The discussion on a report: `mida.comments`."""

    __slots__ = ()

    @expand_options
    async def list(self, test_id: int | str, **extra: Unpack[ExtraOptions]) -> "models.Discussion":
        """Read the discussion; its `comments` are in the order in which they were written.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.

        Example:
            discussion = await mida.comments.list(1001)
            print([comment.comment for comment in discussion.comments])
        """
        return await self._client.send(calls.comments.list(test_id, **taken(extra)))

    @expand_options
    async def add(
        self,
        test_id: int | str,
        text: str,
        source: str | Unset = UNSET,
        **extra: Unpack[ExtraOptions],
    ) -> "models.AddedComment":
        """Post a comment on an experiment.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            text: The comment, up to 5,000 characters.
            source: Who wrote it: `user`, `agent` or `routine`; decided by the server when left out.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            BadRequest: The key does not stand for a person, as is so with a plain API key.
            InvalidRequest: The text is empty or too long, or the source is unknown.

        Example:
            from midakit import BadRequest

            try:
                await mida.comments.add(1001, "The lift holds in the second week.")
            except BadRequest as error:  # a plain API key is nobody's
                print(error.message)
        """
        return await self._client.send(
            calls.comments.add(test_id, text, source=source, **taken(extra))
        )

    @expand_options
    async def delete(
        self, test_id: int | str, comment_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.DeletedComment":
        """Delete a comment from a discussion.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            comment_id: The comment's `comment_id`, as `comments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            Forbidden: The key stands for somebody who is neither its author nor an Owner or Admin.
            NotFound: There is no such comment.

        Example:
            from midakit import NotFound

            try:
                await mida.comments.delete(1001, 31)
            except NotFound:
                print("deleted before")
        """
        return await self._client.send(calls.comments.delete(test_id, comment_id, **taken(extra)))
