"""Comments on a report. An API key reads them; only a person can post or delete."""

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.response_bodies import pick
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer, Body

_ADMIN = 1
_PREVIEW = 80
_SHOWN = ("comment_id", "comment", "author_name", "created_at", "edited", "source")


def get_experiment_discussion(state: SandboxState, request: ApiRequest) -> Answer:
    """Return the comments, oldest first.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        The experiment's name and its comments.
    """
    stored = request.find(state, "experiment")
    comments = [_shown(comment, request) for comment in _comments(state, request)]
    return {
        **pick(stored, ("test_id", "test_name")),
        "count": len(comments),
        "comments": comments,
    }


def add_experiment_comment(state: SandboxState, request: ApiRequest) -> Answer:
    """Post a comment; the reply does not say its id.

    Args:
        state: What the sandbox holds.
        request: Names the experiment, the person and the text.

    Returns:
        The text that was posted.

    Raises:
        HttpError: 400, the connection names no person.
    """
    stored = request.find(state, "experiment")
    if request.person is None:
        raise HttpError(400, "A comment needs a person; a project API key cannot post one")
    with state.records.change():
        number = state.records.next_id("comment", first=981)
        comment = {
            "comment_id": number,
            "test_id": stored["test_id"],
            "comment": request.body["comment"],
            "author_name": request.person["name"],
            "author_email": request.person["email"],
            "created_at": state.now_text(),
            "edited": False,
            "source": request.body.get("source", "user"),
        }
        state.records.put("comment", number, comment, project=request.project_key)
    return {
        "test_id": stored["test_id"],
        "comment": comment["comment"],
        "note": "Posted to the Discussion on the report. "
        "Assigned members are being notified by email.",
    }


def delete_experiment_comment(state: SandboxState, request: ApiRequest) -> Answer:
    """Delete a comment: its author may, and an Owner or Admin.

    Args:
        state: What the sandbox holds.
        request: Names the experiment, the comment and the person.

    Returns:
        The beginning of the deleted text.

    Raises:
        HttpError: 404, there is no such comment; 403, the person may not delete it.
    """
    stored = request.find(state, "experiment")
    with state.records.change():
        number = request.path_ids["comment_id"]
        comment = next((c for c in _comments(state, request) if c["comment_id"] == number), None)
        if comment is None:
            raise HttpError(404, "Comment not found")
        person = request.person
        if person is None or not (
            person["role"] <= _ADMIN or person["email"] == comment["author_email"]
        ):
            raise HttpError(403, "Only the author, an Owner or an Admin can delete a comment")
        state.records.drop("comment", number)
    return {
        "test_id": stored["test_id"],
        "comment_id": number,
        "deleted_preview": comment["comment"][:_PREVIEW],
    }


def _comments(state: SandboxState, request: ApiRequest) -> list[Body]:
    """Return the stored comments on the experiment of the path."""
    every = state.records.find_all("comment", project=request.project_key)
    return [comment for comment in every if comment["test_id"] == request.path_ids["test_id"]]


def _shown(comment: Body, request: ApiRequest) -> Body:
    """Return a comment as the list shows it."""
    shown = pick(comment, _SHOWN)
    own = request.person is not None and request.person["email"] == comment["author_email"]
    return {**shown, "is_you": True} if own else shown
