"""Settings from the command line, the environment and a file, by the fields of `settings.py`.

    --data-dir DIR      MIDAKIT_SANDBOX_DATA_DIR=DIR      data_dir = "DIR" in the file

The command line overrides the environment, the environment the file. Whatever the source, a value is
read from text by one function, so that all three accept the same.
"""

import ast
import inspect
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from midakit.sandbox.settings import ServeSettings, Settings

PREFIX = "MIDAKIT_SANDBOX_"
CONFIG = f"{PREFIX}CONFIG"
_WORDS = {"import_file": "import"}
DEFAULT_PORT = 4010
"""The port of the command; `Sandbox` takes a free one."""
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True)
class SandboxSetting:
    """One setting, as all sources know it."""

    name: str
    """The field of `Settings` or `ServeSettings`."""
    word: str
    """What it is called outside of Python, with `_` between words."""
    kind: Any
    """Its type, without None."""
    optional: bool
    """Whether it may be none."""
    default: Any
    """What it is when nobody says anything."""
    text: str
    """What it does."""

    @property
    def option(self) -> str:
        """The option of the command line."""
        return f"--{self.word.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.word.upper()

    def read(self, text: str) -> Any:
        """Return a value that is written as text.

        Args:
            text: The text.

        Returns:
            The value.

        Raises:
            ValueError: The text is no such value.
        """
        if self.optional and text.strip().lower() == "none":
            return None
        return _READERS[get_origin(self.kind) or self.kind](text)


@cache
def all_settings() -> tuple[SandboxSetting, ...]:
    """Return every setting, in the order of the fields."""
    return tuple(
        _setting(group, one) for group in (Settings, ServeSettings) for one in fields(group)
    )


def _setting(group: type, one: Field[Any]) -> SandboxSetting:
    """Return one field as a setting."""
    hint = get_type_hints(group)[one.name]
    kinds = [part for part in get_args(hint) if part is not type(None)]
    optional = isinstance(hint, UnionType)
    default = one.default if one.default is not MISSING else {}
    return SandboxSetting(
        name=one.name,
        word=_WORDS.get(one.name, one.name),
        kind=kinds[0] if optional else hint,
        optional=optional,
        default=DEFAULT_PORT if one.name == "port" else default,
        text=_docstrings(group).get(one.name, ""),
    )


@cache
def _docstrings(group: type) -> dict[str, str]:
    """Return what is written under each field; nothing where the source is not there."""
    try:
        (body,) = ast.parse(inspect.getsource(group)).body
    except (OSError, SyntaxError):
        return {}
    assert isinstance(body, ast.ClassDef)
    found, name = {}, ""
    for statement in body.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
        elif name and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            found[name] = str(statement.value.value)
    return found


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings that environment variables name; an empty one counts as not set.

    Args:
        environment: The variables.

    Returns:
        Values by name of the field.

    Raises:
        ValueError: A variable has no such value; the message names it.
    """
    given = [(one, one.variable, environment.get(one.variable)) for one in all_settings()]
    return {one.name: _read(one, name, text) for one, name, text in given if text}


def from_file(path: Path) -> dict[str, Any]:
    """Return the settings that a TOML file names.

    Args:
        path: The file.

    Returns:
        Values by name of the field.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no TOML, or names something that is no setting; the message names it.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    known = {one.word: one for one in all_settings()}
    for name in document:
        if name not in known:
            raise ValueError(f"{path}: {name} is no setting; there are {', '.join(known)}")
    return {
        known[name].name: _read(known[name], f"{path}: {name}", _as_text(value))
        for name, value in document.items()
    }


def _read(one: SandboxSetting, source: str, text: str) -> Any:
    """Read a value, and say where a wrong one stands."""
    try:
        return one.read(text)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from error


def _as_text(value: Any) -> str:
    """Return a TOML value as the command line would have it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(map(_as_text, value))
    if isinstance(value, dict):
        return ",".join(f"{key}={_as_text(part)}" for key, part in value.items())
    return str(value)


def _whole(text: str) -> int:
    """Read a whole number from 0."""
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise ValueError(f"{text!r} is not a whole number from 0")
    return int(text)


def _number(text: str) -> float:
    """Read a number from 0."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise ValueError(f"{text!r} is not a number from 0")
    return number


def _flag(text: str) -> bool:
    """Read yes or no."""
    word = text.strip().lower()
    if word not in (*_TRUE, *_FALSE):
        raise ValueError(f"{text!r} is not true or false")
    return word in _TRUE


def _list(text: str) -> tuple[str, ...]:
    """Read texts between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _pairs(text: str) -> dict[str, str]:
    """Read pairs between commas."""
    found = {}
    for part in _list(text):
        name, equals, value = part.partition("=")
        if not (equals and name and value):
            raise ValueError(f"{part!r} is not KEY=PROJECT")
        found[name.strip()] = value.strip()
    return found


_READERS: dict[Any, Callable[[str], Any]] = {
    int: _whole,
    float: _number,
    bool: _flag,
    str: str,
    Path: Path,
    tuple: _list,
    Mapping: _pairs,
}
