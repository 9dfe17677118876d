"""Reads what a user wrote down: YAML or JSON, from a file or stdin."""

import sys
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import Any

from midakit.ascode.yaml_text import parse
from midakit.cli.options import STDIN
from midakit.errors import InvalidRequest

LARGEST = 5_000_000


def read_mapping(source: str) -> dict[str, Any]:
    """Read the object in a file; `-` is stdin.

    Args:
        source: The name of the file, or `-` for stdin; errors name it.
    """
    text, source = read_text(source), _called(source)
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
        raise InvalidRequest(_called(source), "is larger than 5 MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidRequest(_called(source), f"is not UTF-8 text ({error.reason})") from None


def _called(source: str) -> str:
    """Return what errors call a source."""
    return "stdin" if source == STDIN else source


def _read_file(source: str) -> bytes:
    try:
        with Path(source).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InvalidRequest(source, f"cannot be read: {error.strerror}") from None


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
