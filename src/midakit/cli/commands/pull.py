"""`midakit pull`."""

import attrs

from midakit.cli.input.code_folder import HERE, FolderPath
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import no_table, show_lines
from midakit.cli.support.session import client


def pull(folder: FolderPath = HERE, /) -> int:
    """Write the project's goals, experiments and groups to YAML files.

    Comments and order of files that are there stay. A file whose object is gone is deleted.

    $ midakit pull
    $ midakit pull experiments --project KEY

    Args:
        folder: The folder of the files; when left out, mida.
    """
    from midakit.ascode import CodeFolder

    no_table()
    with client() as mida, working("reading the project"):
        pulled = CodeFolder(folder, mida).pull()
    signs = (("+", "green", pulled.created), ("~", "yellow", pulled.changed),
             ("-", "red", pulled.removed))  # fmt: skip
    lines = [(color, f"{sign} {name}.yaml") for sign, color, names in signs for name in names]
    counts = ", ".join(f"{len(names)} {state}" for state, names in attrs.asdict(pulled).items())
    show_lines(attrs.asdict(pulled), [*lines, ("", f"{folder}: {counts}")])
    return 0
