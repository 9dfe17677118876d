"""The discussion on a report."""

from datetime import datetime

from midakit.core.model import Model, known, model
from midakit.mida.models.vocabulary import CommentSource


@model
class Comment(Model):
    """One comment."""

    comment_id: int | None = None
    comment: str | None = None
    author_name: str | None = None
    created_at: datetime | None = None
    edited: bool | None = None
    source: str | None = known(CommentSource)
    is_you: bool | None = None


@model
class Discussion(Model):
    """The comments of an experiment."""

    success: bool | None = None
    test_id: int | None = None
    test_name: str | None = None
    count: int | None = None
    comments: list[Comment] | None = None


@model
class AddedComment(Model):
    """The reply to a comment; it names no id."""

    success: bool | None = None
    test_id: int | None = None
    comment: str | None = None
    note: str | None = None


@model
class DeletedComment(Model):
    """The reply to a deletion."""

    success: bool | None = None
    test_id: int | None = None
    comment_id: int | None = None
    deleted_preview: str | None = None
