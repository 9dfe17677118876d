"""Writes docs/reference/cli.md: every command, argument and option, from the commands themselves."""

import sys
from argparse import HelpFormatter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from midakit.sandbox.__main__ import parser

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from support.command_reference import Argument, Entry, entries, global_options  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "cli.md"
HEAD = """# Command line

`midakit COMMAND --help` says the same as this page. Settings come from the options below, then from the
[environment](environment.md), then from the profile that `midakit login` keeps.

## Exit codes

| Code | Meaning |
|---|---|
| 0 | done |
| 1 | failed: the server refused, or could not be reached; or you said no |
| 2 | misused: the command line or a file cannot be what was meant, nothing was sent; or refused, because nobody was there to be asked |
| 3 | done in part: some segments, experiments or reports failed, and the output says which |
| 4 | stopped, and what was done is kept: `midakit export PLACE --resume` goes on |
| 130 | interrupted by Ctrl-C |
| 141 | whoever read the output went away, as `head` does after its lines |

## Output

Tables fit the terminal; what there is no room for is named below the table. Through a pipe they are as
wide as they need to be. `--json` prints what the API sent, `--csv` every column of the table; states are
words there, and a text that a spreadsheet would run as a formula begins with an apostrophe. `--output`
writes a file that appears whole or not at all. Notes, progress and questions go to stderr.

Commands that cannot be undone ask. Without a terminal they are refused with code 2, unless `--yes` is
there.

## Global options

They stand before or after a command's name.

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


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the commands say")
    PAGE.write_text(page())
