"""Comments: the discussion on a report."""

from typing import Unpack

from midakit.core.call import Call
from midakit.core.checks import number_id, one_of
from midakit.core.checks import text as checked_text
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.mida import models
from midakit.mida.calls.build import experiment_path, get, given, write


@expand_options
def list(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.Discussion]":
    """Return the call that reads the comments on an experiment.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.comments.list(1001)
    """
    return get(
        "get_experiment_discussion",
        experiment_path(test_id, "/discussion"),
        models.Discussion,
        extra=extra,
    )


@expand_options
def add(
    test_id: int | str, text: str, *, source: str | Unset = UNSET, **extra: Unpack[ExtraOptions]
) -> "Call[models.AddedComment]":
    """Return the call that posts a comment; it is never repeated, because that would post it twice.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        text: The comment, up to 5,000 characters.
        source: Who wrote it: `user`, `agent` or `routine`; decided by the server when left out.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The text is empty or too long, or the source is unknown.

    Example:
        call = calls.comments.add(1001, "The lift holds in the second week.")
    """
    if source is not UNSET:
        source = one_of("source", source, models.CommentSource)
    body = given(comment=checked_text("text", text, most=5000), source=source)
    return write(
        "add_experiment_comment", "POST", experiment_path(test_id, "/discussion"), models.AddedComment, body,
        safe=False, extra=extra,
    )  # fmt: skip


@expand_options
def delete(
    test_id: int | str, comment_id: int | str, **extra: Unpack[ExtraOptions]
) -> "Call[models.DeletedComment]":
    """Return the call that deletes a comment.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        comment_id: The comment's `comment_id`, as `comments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: An id is empty, or the one of the comment is not a number.

    Example:
        call = calls.comments.delete(1001, 31)
    """
    tail = f"/discussion/{number_id('comment_id', comment_id)}"
    return write(
        "delete_experiment_comment", "DELETE", experiment_path(test_id, tail), models.DeletedComment,
        safe=True, repeated=(404, {"test_id": int(test_id), "comment_id": int(comment_id)}), extra=extra,
    )  # fmt: skip
