"""The commands with their options, as completion reads them: `src/midakit/cli/completion/commands.json`.

`scripts/cli_page.py` writes the file together with the page of the command line.
"""

import argparse
import json
import re
from inspect import Parameter as Kind
from inspect import cleandoc, getdoc
from pathlib import Path
from typing import Any

from cyclopts import App, Parameter

from midakit.cli.app import COMMANDS, commands
from midakit.cli.input.operations import OPERATIONS
from midakit.sandbox.__main__ import parser

TREE = Path(__file__).resolve().parents[1] / "src/midakit/cli/completion/commands.json"
BARE = Parameter(negative=())
SOURCES = {
    "TEST_ID": "experiments", "IDS": "experiments", "MEMBERS": "experiments", "--test": "experiments",
    "GOAL_ID": "goals", "--goal": "goal_keys", "--goal-key": "goal_keys", "GROUP_ID": "groups",
    "FILE": "files", "PLACE": "files", "--profile": "profiles", "--project": "projects",
}  # fmt: skip
"""Where the values of an argument come from; what is not here is free text."""
PATHS = ("PATH", "FILE", "DATASET", "CASES")
"""What the sandbox's parser calls a file or a folder."""
NAMES = {"profile": "profiles", "projects": "projects"}
"""The same for NAME and KEY, by the command that they belong to."""


class Tree:
    """The tree while it is made: an option that several commands share stands once."""

    def __init__(self) -> None:
        self.options: list[dict[str, Any]] = []

    def made(self) -> dict[str, Any]:
        """Return the whole tree."""
        app = commands([name for _, name, _ in COMMANDS])
        briefs = {name: brief for _, name, brief in COMMANDS}
        below = {name: self._node(app[name], (name,), app) for name in briefs}
        for name, brief in briefs.items():
            below[name]["help"] = brief
        below["sandbox"] |= self._sandbox()
        below["calls"]["arguments"][0]["choices"] = [*OPERATIONS, *OPERATIONS.values()]
        shared = [one for one in self._arguments(commands().meta) if one.names[0].startswith("-")]
        numbers = [self._number(self._option(one)) for one in shared]
        for name, told in (
            ("--help", "Show what the command takes."),
            ("--version", "Show the version."),
        ):
            numbers.append(self._number(option([name], told, source="flag")))
        return {"options": numbers, "arguments": [], "commands": below, "all": self.options}

    def _node(self, app: App, words: tuple[str, ...], root: App) -> dict[str, Any]:
        text = cleandoc(getdoc(app.default_command) or app.help or "")
        found = self._arguments(app) if app.default_command is not None else []
        placed = [one for one in found if one.index is not None]
        own = [one for one in found if any(name.startswith("-") for name in one.names)]
        names = [name for name in app if not name.startswith("-")]
        return {
            "help": re.split(r"[.:]\s", f"{text} ")[0],
            "options": [self._number(self._option(one)) for one in own],
            "arguments": [self._argument(one, words) for one in placed],
            "commands": {name: self._node(app[name], (*words, name), root) for name in names},
        }

    def _arguments(self, app: App) -> list[Any]:
        found = app.assemble_argument_collection(default_parameter=BARE, parse_docstring=True)
        return [one for one in found if one.show]

    def _argument(self, one: Any, words: tuple[str, ...]) -> dict[str, Any]:
        name = one.names[0]
        source = SOURCES.get(name, "")
        if name in ("NAME", "KEY") and words[1:] != ("create",):
            source = NAMES.get(words[0], "")
        return {
            "choices": list(one.get_choices() or ()),
            "source": "files" if "Path" in str(one.hint) else source,
            "many": one.field_info.kind is Kind.VAR_POSITIONAL,
        }

    def _option(self, one: Any) -> dict[str, Any]:
        source = next((SOURCES[name] for name in one.names if name in SOURCES), "text")
        if "Path" in str(one.hint):
            source = "files"
        if "bool" in str(one.hint):
            source = "flag"
        told = " ".join(str(one.parameter.help or "").split())
        return option(list(one.names), told, list(one.get_choices() or ()), source)

    def _sandbox(self) -> dict[str, Any]:
        """Return the sandbox's own commands, whose parser is argparse."""
        actions = parser("midakit sandbox")._subparsers
        assert actions is not None
        below = {}
        for name, one in actions._group_actions[0].choices.items():  # type: ignore[union-attr]
            own, placed = [], []
            for action in one._actions:
                source = "files" if action.metavar in PATHS else "text"
                if not action.option_strings:
                    placed.append({"choices": [], "source": source, "many": False})
                elif not isinstance(action, argparse._HelpAction):
                    own.append(
                        self._number(
                            option(action.option_strings, action.help or "", source=source)
                        )
                    )
            below[name] = {"help": "", "options": own, "arguments": placed, "commands": {}}
        return {"commands": below, "options": below["serve"]["options"], "arguments": []}

    def _number(self, one: dict[str, Any]) -> int:
        if one not in self.options:
            self.options.append(one)
        return self.options.index(one)


def option(
    names: list[str], told: str, choices: list[str] | None = None, source: str = "text"
) -> dict[str, Any]:
    """Return an option as the file holds it."""
    brief = re.split(r"[.;] ", f"{told} ")[0]
    return {"names": names, "help": brief.strip(), "choices": choices or [], "source": source}


def tree() -> str:
    """Return the file."""
    return json.dumps(Tree().made(), indent=1, ensure_ascii=False) + "\n"
