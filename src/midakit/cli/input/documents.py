"""Reads what a user wrote down: YAML or JSON, from a file or stdin, in YAML's safe half only.

Text is not reinterpreted: `NO` is a country and not false, `10:30` a time and not 630, `2026-01-01` a text.
"""

import re
import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import Any

from midakit.cli.options import STDIN
from midakit.core.extras import need
from midakit.errors import InvalidRequest

LARGEST = 5_000_000
PLAIN = (
    ("tag:yaml.org,2002:null", r"(?:~|null|Null|NULL|)", "~nN\0"),
    ("tag:yaml.org,2002:bool", r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-+0123456789"),
)


def read_mapping(source: str) -> dict[str, Any]:
    """Read the object in a file; `-` is stdin.

    Args:
        source: The name of the file, or `-` for stdin; errors name it.
    """
    text, source = read_text(source), "stdin" if source == STDIN else source
    found = parse(text, source)
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise InvalidRequest(source, "must contain one object: names and their values")
    return found


def read_text(source: str) -> str:
    """Read a file's text; `-` is stdin.

    Args:
        source: The name of the file, or `-` for stdin; errors name it.
    """
    data = sys.stdin.buffer.read(LARGEST + 1) if source == STDIN else _read_file(source)
    if len(data) > LARGEST:
        raise InvalidRequest(source, "is larger than 5 MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest(source, f"is not UTF-8 text ({error.reason})") from None


def _read_file(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InvalidRequest(source, f"cannot be read: {error.strerror}") from None


def parse(text: str, source: str) -> Any:
    """YAML, and with it JSON; errors name the line.

    Args:
        text: YAML or JSON.
        source: The name of the file, or `-` for stdin; errors name it.
    """
    yaml = need("yaml", extra="cli")
    try:
        return yaml.load(text, Loader=_loader(yaml))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise InvalidRequest(source, f"{where}{problem}") from None
    except RecursionError:
        raise InvalidRequest(source, "is nested too deeply") from None


def _loader(yaml: Any) -> Any:
    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Safe, without aliases, without names that stand twice, without YAML 1.1's surprises."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark
                raise yaml.MarkedYAMLError(
                    problem="YAML aliases are not supported", problem_mark=mark
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[Any] = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    problem = "a name must be text, not a list or object"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                if key.value in seen:
                    problem = f"{key.value!r} is given twice"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    for tag, pattern, first in PLAIN:
        letters = ["" if letter == "\0" else letter for letter in first]
        Loader.add_implicit_resolver(tag, re.compile(f"^{pattern}$"), letters)
    return Loader


def check_fields(given: Mapping[str, Any], builder: Callable[..., Any], *without: str) -> None:
    """Names that the builder does not take are refused, with the one that was probably meant.

    Args:
        given: The fields of the file.
        builder: The builder that takes them.
        without: Its parameters that no file may set.
    """
    known = [name for name in signature(builder).parameters if name not in without]
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, 1)
            meant = f"did you mean {near[0]}?" if near else f"fields: {', '.join(known)}"
            raise InvalidRequest(name, f"is not a known field; {meant}")
