"""What may stand in the place of the word that is being typed (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Tree = Mapping[str, Any]
"""What `commands.json` holds: `options`, each with its names, help, choices and source, and `commands`."""

FLAG = "flag"
"""The source of an option that takes no value."""


class Candidate(NamedTuple):
    """A word, and what a shell says beside it."""

    word: str
    told: str = ""


class Wanted(NamedTuple):
    """What fits: words, and where more of them come from (`files`, `profiles`, `experiments`, ...)."""

    words: tuple[Candidate, ...] = ()
    source: str = ""
    before: str = ""
    """What the shell has of the word already: `--region=` of `--region=e`."""


def wanted(tree: Tree, words: Sequence[str]) -> Wanted:
    """Return what may stand in the place of the last word.

    Args:
        tree: The commands with their options.
        words: What was typed after `midakit`; the last one is being typed, and may be empty.
    """
    *done, last = joined(words) or [""]
    at, count, option = _reached(tree, done)
    if option is not None:
        return _values(option["choices"], option["source"])
    options = _options(tree, at)
    if last.startswith("-") and "=" in last:
        name, _, _ = last.partition("=")
        found = options.get(name)
        if found is None or found["source"] == FLAG:
            return Wanted()
        return _values(found["choices"], found["source"])._replace(before=f"{name}=")
    if last.startswith("-"):
        return Wanted(tuple(Candidate(name, one["help"]) for name, one in options.items()))
    below = at["commands"] if count == 0 else {}
    names = tuple(Candidate(name, one["help"]) for name, one in below.items())
    argument = _argument(at["arguments"], count)
    if argument is None:
        return Wanted(names)
    more = _values(argument["choices"], argument["source"])
    return more._replace(words=names + more.words)


def given(words: Sequence[str], option: str) -> str | None:
    """Return the value that was typed for an option, or None.

    Args:
        words: What was typed.
        option: Its long name.
    """
    typed = joined(words)
    for word, after in zip(typed, [*typed[1:], ""], strict=True):
        if word == option:
            return after or None
        if word.startswith(f"{option}="):
            return word.removeprefix(f"{option}=") or None
    return None


def fitting(found: Iterable[Candidate], word: str) -> Iterator[Candidate]:
    """Give the candidates that begin as the word does.

    Args:
        found: The candidates.
        word: What was typed of the word.
    """
    return (one for one in found if one.word.startswith(word))


def joined(words: Sequence[str]) -> list[str]:
    """Undo that bash cuts words at `=`: `--region`, `=`, `eu` is one word.

    Args:
        words: The words, as a shell cut them.
    """
    found: list[str] = []
    for word in words:
        if word == "=" and found and found[-1].startswith("--"):
            found[-1] += "="
        elif found and found[-1].startswith("--") and found[-1].endswith("="):
            found[-1] += word
        else:
            found.append(word)
    return found


def _reached(tree: Tree, done: Sequence[str]) -> tuple[Tree, int, Tree | None]:
    """Return the command that the words lead to, its arguments so far, and the option that wants a value."""
    at: Tree = tree
    count = 0
    option: Tree | None = None
    for word in done:
        if option is not None:
            option = None
        elif word.startswith("-") and word != "-":
            found = _options(tree, at).get(word)
            option = found if found is not None and found["source"] != FLAG else None
        elif count == 0 and word in at["commands"]:
            at = at["commands"][word]
        else:
            count += 1
    return at, count, option


def _options(tree: Tree, at: Tree) -> dict[str, Tree]:
    numbers = [*at["options"], *(tree["options"] if at is not tree else ())]
    return {
        name: tree["all"][number] for number in numbers for name in tree["all"][number]["names"]
    }


def _argument(arguments: Sequence[Tree], count: int) -> Tree | None:
    if count < len(arguments):
        return arguments[count]
    return arguments[-1] if arguments and arguments[-1]["many"] else None


def _values(choices: Sequence[str], source: str) -> Wanted:
    return Wanted(tuple(map(Candidate, choices)), source)
