"""The global options, which every command takes, and where a command finds them."""

from contextvars import ContextVar
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
class GlobalOptions:
    """The same for every command, before or after its name.

    Args:
        profile: Use this profile; else MIDA_PROFILE, else the current one.
        project: Use this project key; else MIDA_PROJECT_KEY, else the profile.
        region: Where the account's data is stored; else MIDA_REGION, the profile, us.
        base_url: Send requests to this address instead; else MIDA_BASE_URL.
        deadline: Seconds one call may take, retries included (default 120).
        max_body: The longest answer in bytes, unpacked; else MIDA_MAX_BODY, 64 MiB.
        json: Print JSON, as the API sends it.
        csv: Print CSV, with every column.
        output: Write to a file; .json and .csv choose the format.
        yes: Do not ask before what cannot be undone.
        quiet: Print no notes and no progress; after a change, print only the id.
        no_color: Print no colors; NO_COLOR does the same.
        debug: Log every attempt, and show tracebacks; never a key.
    """

    profile: str | None = None
    project: str | None = None
    region: Literal["us", "eu", "auto"] | None = None
    base_url: str | None = None
    deadline: Annotated[float, Parameter(validator=Number(gt=0))] = DEADLINE
    max_body: Annotated[int | None, Parameter(validator=Number(gt=0))] = None
    json: bool = False
    csv: bool = False
    output: Annotated[Path | None, Parameter(alias="-o")] = None
    yes: Annotated[bool, Parameter(alias="-y")] = False
    quiet: Annotated[bool, Parameter(alias="-q")] = False
    no_color: bool = False
    debug: bool = False

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


_current: ContextVar[GlobalOptions] = ContextVar("_current")


def use(options: GlobalOptions) -> None:
    """Make these the options of the command that runs.

    Args:
        options: The options as they were typed.

    Raises:
        InvalidRequest: Two of them contradict each other.
    """
    if options.json and options.csv:
        raise InvalidRequest("--json", "cannot be combined with --csv; choose one")
    _current.set(options)


def current() -> GlobalOptions:
    """Return the options of the command that runs."""
    return _current.get(GlobalOptions())
