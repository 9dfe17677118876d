"""Discussion of an experiment."""

from midakit.core.models.model import Model, known, model
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment


@model
class Comment(Model):
    """One comment; `source` missing means that a user wrote it."""

    comment_id: int | None = None
    comment: str | None = None
    author_name: str | None = None
    created_at: Moment | None = None
    edited: bool | None = None
    source: str | None = known(vocabulary.CommentSource)
    is_you: bool | None = None
    """Only where the connection identifies a person."""


@model
class Discussion(Model):
    """All comments of an experiment."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    count: int | None = None
    comments: list[Comment] | None = None


@model
class AddedComment(Model):
    """The reply to a comment; it names no id, so read the discussion for it."""

    success: bool | None = None
    test_id: int | None = None
    comment: str | None = None
    note: str | None = None


@model
class DeletedComment(Model):
    """The reply to a delete."""

    success: bool | None = None
    test_id: int | None = None
    comment_id: int | None = None
    deleted_preview: str | None = None
