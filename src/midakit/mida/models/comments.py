"""Discussion of an experiment."""

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._types import Moment, Reply


@define(kw_only=True, repr=False)
class Comment(Model):
    """One comment of a discussion."""

    comment_id: int = PROMISED
    """Id of the comment, which `comments.delete` takes."""
    comment: str = PROMISED
    """Text of the comment."""
    author_name: str = PROMISED
    """Who wrote it."""
    created_at: Moment = PROMISED
    """When it was written."""
    edited: bool = PROMISED
    """True when it was changed later."""
    source: str | None = known("CommentSource")
    """Who wrote it: `user`, `agent` or `routine`; None also means a user."""
    is_you: bool | None = None
    """True on the caller's own comments; None where the key does not identify a person."""


@define(kw_only=True, repr=False)
class Discussion(Reply):
    """All comments of an experiment."""

    test_id: int = PROMISED
    """Id of the experiment."""
    test_name: str = PROMISED
    """Display name of the experiment."""
    count: int = PROMISED
    """How many comments there are."""
    comments: list[Comment] = field(factory=list)
    """The comments, as the server orders them."""


@define(kw_only=True, repr=False)
class AddedComment(Reply):
    """The reply to a new comment; it holds no id, so read the discussion to find it."""

    test_id: int = PROMISED
    """Id of the experiment."""
    comment: str = PROMISED
    """Text of the comment as it was stored."""
    note: str = PROMISED
    """What the server adds, as a sentence for people."""


@define(kw_only=True, repr=False)
class DeletedComment(Reply):
    """The reply to a delete."""

    test_id: int = PROMISED
    """Id of the experiment."""
    comment_id: int = PROMISED
    """Id of the deleted comment."""
    deleted_preview: str = PROMISED
    """The beginning of the deleted text."""
