"""`midakit backup`."""

from pathlib import Path
from typing import Annotated

import attrs
from cyclopts import Parameter

from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import no_table, show_lines
from midakit.cli.support.session import client, client_of


def backup(place: Annotated[Path, Parameter(name="FOLDER")], /, *profiles: str) -> int:
    """Save projects: goals, experiments, groups, defaults, comments and campaigns, one folder each.

    $ midakit backup saved
    $ midakit backup saved shop blog

    Args:
        place: The folder of all backups; a project that is there already is brought up to date.
        profiles: Profiles of the projects to save; when left out, the current one.
    """
    from midakit.ascode import backup as save

    no_table()
    rows, lines = [], []
    for name in profiles or (None,):
        with client() if name is None else client_of(name) as mida, working("saving a project"):
            inner, pulled = save(mida, place)
        counts = {state: len(files) for state, files in attrs.asdict(pulled).items()}
        rows.append({"folder": str(inner), **counts})
        lines.append(("", f"{inner}: {', '.join(f'{n} {state}' for state, n in counts.items())}"))
    show_lines(rows, lines)
    return 0
