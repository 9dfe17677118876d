"""The JSON schemas of the files, from which editors complete; `scripts/ascode_schemas.py` writes them."""

from importlib.resources import files
from typing import Any

from midakit.core.checks import one_of

KINDS = ("experiment", "goal", "group", "project")


def text(kind: str) -> str:
    """Return the JSON schema of one kind of file.

    Args:
        kind: `experiment`, `goal`, `group` or `project`.

    Raises:
        InvalidRequest: There is no such kind.
    """
    name: Any = one_of("kind", kind, KINDS)
    return (files("midakit.ascode") / "schema_files" / f"{name}.json").read_text("utf-8")
