"""Every command with its arguments, for the reference page and the tests that go through them all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from inspect import cleandoc, getdoc
from typing import NamedTuple

from cyclopts import App, Parameter

from midakit.cli.app import COMMANDS, commands

BARE = Parameter(negative=())
EXAMPLE = "$ "
"""How a line of a help begins that can be typed."""


class Argument(NamedTuple):
    """One argument or option."""

    names: tuple[str, ...]
    help: str
    required: bool
    choices: tuple[str, ...] = ()
    kind: str = ""
    """The type of one value: `int`, `str`, ..."""


@dataclass(frozen=True)
class Entry:
    """One command."""

    words: tuple[str, ...]
    """`midakit` and the words that name it."""
    text: str
    examples: tuple[str, ...]
    app: App = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """As it is typed."""
        return " ".join(self.words)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What it takes; read when asked for, which takes four times as long as all the rest."""
        return _arguments(self.app)


@cache
def entries() -> tuple[Entry, ...]:
    """Every command that can be run, in the order of the help."""
    app = commands([name for _, name, _ in COMMANDS])
    return tuple(_below(app, ("midakit",)))


@cache
def global_options() -> tuple[Argument, ...]:
    """What every command takes."""
    found = _arguments(commands().meta)
    return tuple(one for one in found if one.names[0].startswith("--"))


def _below(app: App, words: tuple[str, ...]) -> Iterator[Entry]:
    for name in app:
        if name.startswith("-"):
            continue
        below = app[name]
        if below.default_command is app.default_command is not None:
            continue  # the long form of the group itself
        if below.default_command is not None:
            yield _entry(below, (*words, name))
        yield from _below(below, (*words, name))


def _entry(app: App, words: tuple[str, ...]) -> Entry:
    own = getdoc(app.default_command)  # `app.help` may be the line that the list of commands has
    text = cleandoc(own or app.help or "").partition("\nArgs:\n")[0]
    lines = text.splitlines()
    said = "\n".join(line for line in lines if not line.startswith(EXAMPLE)).strip()
    typed = tuple(line.removeprefix(EXAMPLE) for line in lines if line.startswith(EXAMPLE))
    return Entry(words, said, typed, app)


def _arguments(app: App) -> tuple[Argument, ...]:
    return tuple(
        Argument(
            tuple(one.names),
            str(one.parameter.help or ""),
            one.required,
            tuple(one.get_choices() or ()),
            re.sub(
                r"^list\[(.*)\]$",
                r"\1",
                str(one.hint).replace(" | None", "").removeprefix("<class '").removesuffix("'>"),
            ).split("[")[0]
            if not one.get_choices()
            else "",
        )
        for one in app.assemble_argument_collection(default_parameter=BARE, parse_docstring=True)
        if one.show
    )
