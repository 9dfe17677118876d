"""`midakit drift`."""

from midakit.cli.input.code_folder import HERE, FolderPath
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_plan import show_plan
from midakit.cli.support.session import client


def drift(folder: FolderPath = HERE, /, *, exit_code: bool = False) -> int:
    """Show what was changed on the server and not in the files.

    $ midakit drift --exit-code

    Args:
        folder: The folder of the files; when left out, mida.
        exit_code: End with 1 when there is a difference.
    """
    from midakit.ascode import CodeFolder
    from midakit.ascode.showing import drift_lines

    with client() as mida, working("comparing files and server"):
        found = CodeFolder(folder, mida).plan()
    show_plan(found, drift_lines(found))
    return int(exit_code and bool(found.steps or found.unmanaged))
