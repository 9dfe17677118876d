"""`midakit plan`."""

from midakit.cli.input.code_folder import HERE, FolderPath
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import write
from midakit.cli.output.print_plan import show_plan
from midakit.cli.support.session import client


def plan(folder: FolderPath = HERE, /, *, markdown: bool = False, exit_code: bool = False) -> int:
    """Show what the files would change on the server; nothing is changed.

    $ midakit plan
    $ midakit plan experiments --markdown > comment.md

    Args:
        folder: The folder of the files; when left out, mida.
        markdown: Print Markdown, for a comment on a pull request.
        exit_code: End with 1 when there is something to change.
    """
    from midakit.ascode import CodeFolder, showing

    with client() as mida, working("comparing files and server"):
        found = CodeFolder(folder, mida).plan()
    if markdown:
        write(showing.markdown(found))
    else:
        show_plan(found, showing.plan_lines(found))
    return int(exit_code and bool(found))
