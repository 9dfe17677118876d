"""`midakit contract`."""

import json
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import note, show, write
from midakit.cli.output.tables import Column, Table, lines
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest

contract = App(name="contract")

COLUMNS = (
    Column("name", "Question"),
    Column("holds", "Assumption", "state"),
    Column("seen", "Seen", wrap=True),
    Column("assumed", "Assumed", drop=1, wrap=True),
)


@contract.default
def show_contract(*, openapi: bool = False, postman: bool = False) -> int:
    """Print the contract of the 47 operations.

    $ midakit contract --openapi > mida.openapi.json
    $ midakit contract --postman > mida.postman.json

    Args:
        openapi: Print it as OpenAPI 3.1.
        postman: Print it as a Postman collection.
    """
    if openapi == postman:
        raise InvalidRequest("contract", "give --openapi or --postman, or `contract check`")
    from midakit.mida.regions import BASE_URLS, Region
    from midakit.sandbox.contract.postman import collection
    from midakit.sandbox.contract.published import published

    address = BASE_URLS[Region.US]
    document = published(address)
    found = collection(document) if postman else document
    write(json.dumps(found, indent=2) + "\n")
    return 0


@contract.command
def check(*, report: Annotated[Path | None, Parameter(name="--report")] = None) -> int:
    """Ask the account what the documentation leaves open, by safe reads only.

    It prints which assumptions of midakit hold. The report is anonymous: please send it, and nobody has to
    guess any more.

    $ midakit contract check
    $ midakit contract check --report contract.json

    Args:
        report: Write the anonymous report to this file.
    """
    from midakit.contract import check as ask

    with client() as mida, working("asking"):
        found = ask(mida)
    data = found.to_dict()
    if report is not None:
        report.write_text(json.dumps(data, indent=2) + "\n", "utf-8")
        note(f"wrote {report}; it holds no id, name or key of the account")
    known = len(found.answers) - len(found.differs) - len(found.unknown)
    counts = f"{known} hold, {len(found.differs)} differ, {len(found.unknown)} unknown here"
    show(data, Table(data["questions"], COLUMNS), lines(counts))
    return 0
