"""What every command takes: the global options, and where a command finds them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

GLOBAL = Group("Global options", sort_key=90)
STDIN = "@-"
"""What `-` stands for where a file is read."""
DEADLINE = 120.0
"""Seconds a call may take in all, attempts and waits included."""


@Parameter(name="*", group=GLOBAL)
@dataclass(frozen=True)
class Options:
    """The same for every command, before or after its name."""

    profile: Annotated[str | None, Parameter(help="Use this profile.")] = None
    project: Annotated[str | None, Parameter(help="Use this project key.")] = None
    region: Annotated[
        Literal["us", "eu", "auto"] | None, Parameter(help="Where the account's data lives.")
    ] = None
    base_url: Annotated[str | None, Parameter(help="Talk to this address instead.")] = None
    deadline: Annotated[float, Parameter(help="Seconds one call may take, retries included.")] = (
        DEADLINE
    )
    json: Annotated[bool, Parameter(help="Print JSON, as the API sends it.")] = False
    csv: Annotated[bool, Parameter(help="Print CSV.")] = False
    output: Annotated[
        Path | None,
        Parameter(alias="-o", help="Write to a file; .json and .csv choose the format."),
    ] = None
    yes: Annotated[bool, Parameter(alias="-y", help="Do not ask before what cannot be undone.")] = (
        False
    )
    quiet: Annotated[bool, Parameter(alias="-q", help="No notes, no progress.")] = False
    no_color: Annotated[bool, Parameter(help="No colors; NO_COLOR does the same.")] = False
    debug: Annotated[bool, Parameter(help="Log every attempt, and show tracebacks.")] = False

    @property
    def format(self) -> Literal["text", "json", "csv"]:
        """How the answer is written: as asked, else as the file's name says, else for people."""
        if self.json:
            return "json"
        if self.csv:
            return "csv"
        suffix = self.output.suffix.lower() if self.output else ""
        return "json" if suffix == ".json" else "csv" if suffix == ".csv" else "text"


_current = Options()


def use(options: Options) -> None:
    """Make these the options of the command that runs."""
    global _current  # one command a process
    _current = options


def current() -> Options:
    """The options of the command that runs."""
    return _current
