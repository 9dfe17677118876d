"""`midakit __complete WORDS...`: what the scripts of the shells ask at each Tab.

Each line is a word, a tab, and what it is. The line `:files` asks the shell for files. Nothing that
goes wrong is shown: a Tab without an answer is better than an error within a command line.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from midakit.cli.completion.candidates import Candidate, fitting, joined, wanted

TREE = Path(__file__).with_name("commands.json")
FILES = ":files"


def complete(words: Sequence[str]) -> Iterator[str]:
    """Give the lines for a shell.

    Args:
        words: What was typed after `midakit`; the last one is being typed.
    """
    found = wanted(json.loads(TREE.read_text(encoding="utf-8")), words)
    if found.source == "files":
        yield FILES
    values = list(found.words)
    if found.source not in ("", "files", "flag", "text"):
        from midakit.cli.completion.values import values_of

        values += values_of(found.source, words)
    last = joined(words)[-1] if words else ""
    # bash has cut the word at `=`, the other shells want the whole of it
    before = "" if "=" in words[-2:] else found.before
    for one in fitting(values, last.removeprefix(found.before)):
        yield _line(one, before)


def _line(one: Candidate, before: str) -> str:
    return f"{before}{one.word}\t{' '.join(one.told.split())}"


def main(words: Sequence[str]) -> int:
    """Print what may stand next.

    Args:
        words: What was typed after `midakit`.

    Returns:
        0, whatever happens.
    """
    with suppress(Exception):
        sys.stdout.write("".join(f"{line}\n" for line in complete(words)))
    return 0
