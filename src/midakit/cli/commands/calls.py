"""`midakit calls`: a request as curl, the key masked; nothing is sent."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Annotated

from cyclopts import App, Parameter

from midakit.cli.commands.doctor import look
from midakit.cli.input.operations import OPERATIONS, arguments, builder, takes
from midakit.cli.options import GlobalOptions, current, use
from midakit.cli.output.print_answer import show, show_list, write
from midakit.cli.output.tables import Column, Table
from midakit.core.printable import printable
from midakit.core.settings import parse_base_url
from midakit.mida.regions import BASE_URLS, Region

COLUMNS = (
    Column("operation", "Operation"),
    Column("builder", "Or", drop=1),
    Column("takes", "Takes", wrap=True),
)


def calls(
    operation: str | None = None,
    /,
    *words: Annotated[str, Parameter(name="ARGUMENTS", allow_leading_hyphen=True)],
) -> None:
    """Print a request as curl, with the key masked and without sending it.

    $ midakit calls get_experiment_result 1001 --where 'device == mobile'
    $ midakit calls experiments.update 1001 --configuration @changes.yaml
    $ midakit calls list_goals --json
    $ midakit calls

    Args:
        operation: Name of the operation, or of its builder (`experiments.update`); when left out, all are
            listed.
        words: Arguments of the builder, in order or as --name value; @FILE reads YAML or JSON from a file.
    """
    if operation is None:
        rows = [
            {"operation": name, "builder": home, "takes": takes(builder(name))}
            for name, home in OPERATIONS.items()
        ]
        show_list(rows, COLUMNS, empty="none")
        return
    build = builder(operation)
    call = build(**arguments(build, _without_options(words)))
    found = look(current()).settings
    base_url = found["base_url"].value or _address(found["region"].value)
    project = found["project_key"].value or "PROJECT_KEY"
    if current().format == "text":
        write(printable(call.curl(base_url=_with_v2(base_url), project_key=project)) + "\n")
        return
    row = {
        "operation": call.operation,
        "method": call.method,
        "url": _with_v2(base_url) + call.target(project_key=project),
        "body": json.loads(call.body) if call.body else None,
    }
    show(row, Table([row], [Column(name, name) for name in row]))


def _without_options(words: Sequence[str]) -> Sequence[str]:
    """Return the words without the global options, which nobody else takes out of a raw list of words."""
    splitter = App(default_parameter=Parameter(negative=()))

    @splitter.default
    def split(
        *rest: Annotated[str, Parameter(allow_leading_hyphen=True)],
        options: GlobalOptions | None = None,
    ) -> tuple[str, ...]:
        given = (
            {}
            if options is None
            else {
                field.name: value
                for field in fields(GlobalOptions)
                if (value := getattr(options, field.name)) != field.default
            }
        )
        use(replace(current(), **given))
        return rest

    command, bound, _ = splitter.parse_args(words, exit_on_error=False, print_error=False)
    found: tuple[str, ...] = command(*bound.args, **bound.kwargs)
    return found


def _address(region: str) -> str:
    known = {one.value: url for one, url in BASE_URLS.items()}
    return known.get(str(region).lower(), BASE_URLS[Region.US])


def _with_v2(url: str) -> str:
    origin, prefix = parse_base_url(url, suffix="/v2")
    return f"{origin}{prefix}"
