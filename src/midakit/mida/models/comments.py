"""Discussion of an experiment."""

from midakit.core.models.model import Model, known, model
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment, Reply


@model
class Comment(Model):
    """One comment; `source` missing means that a user wrote it."""

    comment_id: int | None = None
    """Id of the comment, which `comments.delete` takes."""
    comment: str | None = None
    """Text of the comment."""
    author_name: str | None = None
    """Who wrote it."""
    created_at: Moment | None = None
    """When it was written."""
    edited: bool | None = None
    """True when it was changed later."""
    source: str | None = known(vocabulary.CommentSource)
    """What wrote it, when it was no person; None for a person."""
    is_you: bool | None = None
    """Only where the connection identifies a person."""


@model
class Discussion(Reply):
    """All comments of an experiment."""

    test_id: int | None = None
    """Id of the experiment."""
    test_name: str | None = None
    """Display name of the experiment."""
    count: int | None = None
    """How many comments there are."""
    comments: list[Comment] | None = None
    """The comments, as the server orders them."""


@model
class AddedComment(Reply):
    """The reply to a comment; it names no id, so read the discussion for it."""

    test_id: int | None = None
    """Id of the experiment."""
    comment: str | None = None
    """Text of the comment as it was stored."""
    note: str | None = None
    """What the server adds in words."""


@model
class DeletedComment(Reply):
    """The reply to a delete."""

    test_id: int | None = None
    """Id of the experiment."""
    comment_id: int | None = None
    """Id of the deleted comment."""
    deleted_preview: str | None = None
    """The beginning of the deleted text."""
