"""`midakit comments`."""

from cyclopts import App

from midakit.cli.input.arguments import TestId
from midakit.cli.input.confirm import confirm
from midakit.cli.input.documents import read_text
from midakit.cli.options import STDIN
from midakit.cli.output.print_answer import done, show_list
from midakit.cli.output.tables import Column
from midakit.cli.support.session import client

comments = App(name="comments", help="The discussion on an experiment's report.")

COLUMNS = (
    Column("comment_id", "ID", "id"),
    Column("created_at", "Time", drop=1),
    Column("author_name", "Author", cut=12),
    Column("comment", "Comment", wrap=True),
)


@comments.command(name="list")
def list_comments(test_id: TestId, /) -> None:
    """Show the discussion, in the order it was written.

    $ midakit comments list 1001

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        found = mida.comments.list(test_id)
    show_list(found.comments, COLUMNS, empty="no comments")


@comments.command
def add(test_id: TestId, text: str, /) -> int:
    """Post a comment; it needs a connection that stands for a person, a plain API key is refused.

    $ midakit comments add 1001 "Looks good on mobile"

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        text: What the comment says; - reads it from stdin.
    """
    with client() as mida:
        reply = mida.comments.add(test_id, read_text(text).strip() if text == STDIN else text)
    return done(reply, f"commented on experiment {test_id}")


@comments.command
def delete(
    test_id: TestId,
    comment_id: int,
    /,
) -> int:
    """Delete a comment. It asks first.

    $ midakit comments delete 1001 7 --yes

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        comment_id: Id of the comment, from `midakit comments list`.
    """
    if not confirm(f"this deletes comment {comment_id} of experiment {test_id}"):
        return 1
    with client() as mida:
        reply = mida.comments.delete(test_id, comment_id)
    return done(reply, f"deleted comment {comment_id}", comment_id)
