"""The parser of `midakit sandbox`, whose help and errors look like those of the other commands.

The sandbox reads its options by itself, because it stands without the client and without the extra `cli`;
where that is missing, its help is argparse's.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any, NoReturn


class SandboxParser(argparse.ArgumentParser):
    """What reads the words behind `midakit sandbox`."""

    def print_help(self, file: Any = None) -> None:
        """Print what the command takes.

        Args:
            file: Where to print; the standard output when left out.
        """
        if find_spec("cyclopts") is None or find_spec("rich") is None:
            super().print_help(file)
            return
        from rich.console import Console
        from rich.text import Text

        from midakit.cli.app import HelpPage

        screen, draw = Console(file=file), HelpPage([])
        below = [one for one in self._actions if isinstance(one, argparse._SubParsersAction)]
        places = [one.metavar for one in self._placed()]
        usage = " ".join(["COMMAND" if below else "[OPTIONS]", *map(str, places)])
        screen.print(Text(f"Usage: {self.prog} {usage}\n"))
        for text in filter(None, (self.description, self.epilog)):
            screen.print(Text(" ".join(text.split()) + "\n"))
        for panel in self._panels(below):
            draw(screen, screen.options, panel)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong as the other commands do, and end with exit code 2.

        Args:
            message: What is wrong.
        """
        said = message.removeprefix("argument ")
        # Python 3.15 says between the two what it takes for meant
        if wrong := re.search(r"invalid choice: '(.*?)'.*? \(choose from (.*)\)", said):
            known = re.findall(r"[\w-]+", wrong[2])
            near = get_close_matches(wrong[1], known, 1)
            meant = f"did you mean {near[0]}?" if near else f"commands: {', '.join(known)}"
            said = f"unknown command {wrong[1]!r}; {meant}"
        sys.stderr.write(f"midakit: {said}\n  `{self.prog} --help` shows what it takes.\n")
        sys.exit(2)

    def _placed(self) -> list[argparse.Action]:
        """Return the arguments that are told apart by their place."""
        groups = argparse._SubParsersAction
        return [
            one for one in self._actions if not one.option_strings and not isinstance(one, groups)
        ]

    def _panels(self, below: list[Any]) -> Iterator[Any]:
        from cyclopts.help import HelpEntry, HelpPanel

        def told(action: argparse.Action) -> str:
            text = (action.help or "").replace("%%", "%")
            return f"{text[:1].upper()}{text[1:]}."

        commands = [
            HelpEntry(positive_names=(one.dest,), description=told(one))
            for group in below
            for one in group._choices_actions
        ]
        places = [
            HelpEntry(
                positive_names=(str(one.metavar),), description=told(one), required=one.required
            )
            for one in self._placed()
        ]
        options = [
            HelpEntry(
                positive_names=tuple(one.option_strings), description=told(one),
                metavar=one.metavar if isinstance(one.metavar, str) else None,
            )
            for one in self._actions
            if one.option_strings and not isinstance(one, argparse._HelpAction)
        ]  # fmt: skip
        if commands:
            yield HelpPanel(format="command", title="Commands", entries=commands)
        if places:
            yield HelpPanel(format="parameter", title="Arguments", entries=places)
        if options:
            yield HelpPanel(format="parameter", title="Parameters", entries=options)
