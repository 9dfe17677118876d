"""What every command takes: the global options, and where a command finds them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter
from cyclopts.validators import Number

from midakit.errors import InvalidRequest

GLOBAL = Group("Global options", sort_key=90)
STDIN = "@-"
"""What `-` stands for where a file is read, or written."""
DEADLINE = 120.0
"""Seconds a call may take in all, attempts and waits included."""


@Parameter(name="*", group=GLOBAL)
@dataclass(frozen=True)
class Options:
    """The same for every command, before or after its name."""

    profile: Annotated[
        str | None, Parameter(help="Use this profile; else MIDA_PROFILE, else the current one.")
    ] = None
    project: Annotated[
        str | None, Parameter(help="Use this project key; else MIDA_PROJECT_KEY, else the profile.")
    ] = None
    region: Annotated[
        Literal["us", "eu", "auto"] | None,
        Parameter(help="Where the account's data lives; else MIDA_REGION, the profile, us."),
    ] = None
    base_url: Annotated[
        str | None, Parameter(help="Talk to this address instead; else MIDA_BASE_URL.")
    ] = None
    deadline: Annotated[
        float,
        Parameter(
            help="Seconds one call may take, retries included (120).", validator=Number(gt=0)
        ),
    ] = DEADLINE
    json: Annotated[bool, Parameter(help="Print JSON, as the API sends it.")] = False
    csv: Annotated[bool, Parameter(help="Print CSV, with every column.")] = False
    output: Annotated[
        Path | None,
        Parameter(alias="-o", help="Write to a file; .json and .csv choose the format."),
    ] = None
    yes: Annotated[bool, Parameter(alias="-y", help="Do not ask before what cannot be undone.")] = (
        False
    )
    quiet: Annotated[
        bool, Parameter(alias="-q", help="No notes, no progress; of a change only the id.")
    ] = False
    no_color: Annotated[bool, Parameter(help="No colors; NO_COLOR does the same.")] = False
    debug: Annotated[
        bool, Parameter(help="Log every attempt, and show tracebacks; never a key.")
    ] = False

    @property
    def format(self) -> Literal["text", "json", "csv"]:
        """How the answer is written: as asked, else as the file's name says, else for people."""
        if self.json:
            return "json"
        if self.csv:
            return "csv"
        suffix = self.output.suffix.lower() if self.output else ""
        return "json" if suffix == ".json" else "csv" if suffix == ".csv" else "text"

    @property
    def place(self) -> Path | None:
        """The file to write to; None is stdout, and so is `-`."""
        return None if self.output is None or str(self.output) in ("-", STDIN) else self.output


def check(options: Options) -> Options:
    """Options that contradict each other are refused before anything is done."""
    if options.json and options.csv:
        raise InvalidRequest("--json", "stands beside --csv; choose one")
    return options


_current = Options()


def use(options: Options) -> None:
    """Make these the options of the command that runs."""
    global _current  # one command a process
    _current = options


def current() -> Options:
    """The options of the command that runs."""
    return _current
