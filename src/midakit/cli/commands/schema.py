"""`midakit schema`."""

from typing import Literal

from midakit.cli.output.print_answer import write


def schema(kind: Literal["experiment", "goal", "group", "project"] = "experiment", /) -> int:
    """Print the JSON schema of a kind of file, for editors and checks.

    $ midakit schema experiment > experiment.schema.json

    Args:
        kind: Kind of the file.
    """
    from midakit.ascode import schemas

    write(schemas.text(kind))
    return 0
