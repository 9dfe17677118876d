"""Writes docs/reference/cli.md and what completion knows, from the commands themselves."""

import sys
from argparse import HelpFormatter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from command_tree import TREE, tree
from midakit.sandbox.__main__ import parser

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from support.command_reference import Argument, Entry, entries, global_options  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "cli.md"
HEAD = """# Command line

`midakit COMMAND --help` shows the same as this page. Settings come from the options below, then from the
[environment](environment.md), then from the profile that `midakit login` stores.

## Exit codes

| Code | Meaning |
|---|---|
| 0 | done |
| 1 | failed: the server refused the request or could not be reached, or you answered no |
| 2 | misused: the command line or a file has a mistake, and nothing was sent; or confirmation is needed and there is no terminal |
| 3 | partly done: some segments, experiments or reports failed; the output says which |
| 4 | stopped; finished work is kept, and `midakit export PLACE --resume` continues |
| 130 | interrupted by Ctrl-C |
| 141 | the output pipe was closed, as `head` does after its last line |

## Output

Tables fit the width of the terminal; a line below names columns that were left out. In a pipe they have all columns.
`--json` prints what the API sent. `--csv` prints every column of the table, with states as words; a text that a
spreadsheet could run as a formula begins with an apostrophe. `--output` writes a file completely or not at all.
Notes, progress and questions go to stderr.

Commands that cannot be undone ask for confirmation. Without a terminal they are refused with exit code 2, unless
you pass `--yes`.

## Global options

Write them before or after the name of the command.

"""


def page() -> str:
    """Return the whole page."""
    parts = [HEAD + "\n".join(table(global_options()))]
    parts += ["\n".join(section(entry)) for entry in entries()]
    return "\n\n".join(parts) + "\n"


def section(entry: Entry) -> Iterator[str]:
    """One command."""
    yield f"## {entry.name}\n"
    yield f"{entry.text}\n" if entry.arguments or entry.examples else entry.text
    if entry.name == "midakit sandbox":
        yield from ("```text", help_of_serve(), "```")
    elif entry.arguments:
        yield from table(entry.arguments)
        if entry.examples:
            yield ""
    if entry.examples:
        yield from ("```text", *entry.examples, "```")


def help_of_serve() -> str:
    """Return the part of the sandbox, which has a parser of its own."""
    actions = parser("midakit sandbox")._subparsers
    assert actions is not None
    serve = actions._group_actions[0].choices["serve"]  # type: ignore[index]
    serve.formatter_class = partial(HelpFormatter, width=80)
    return str(serve.format_help()).strip()


def table(arguments: Sequence[Argument]) -> Iterator[str]:
    """Arguments and options."""
    yield "| Argument | |"
    yield "|---|---|"
    for one in arguments:
        names = ", ".join(f"`{name}`" for name in one.names)
        choices = f" One of {', '.join(f'`{choice}`' for choice in one.choices)}." * bool(
            one.choices
        )
        needed = " Required." * one.required
        yield f"| {names} | {(one.help + choices + needed).replace('|', '&#124;')} |"


MADE = ((PAGE, page), (TREE, tree))

if __name__ == "__main__":
    if "--check" in sys.argv:
        told = [path for path, made in MADE if path.read_text(encoding="utf-8") != made()]
        sys.exit(f"not what the commands say: {', '.join(map(str, told))}" if told else 0)
    for path, made in MADE:
        path.write_text(made(), encoding="utf-8")
