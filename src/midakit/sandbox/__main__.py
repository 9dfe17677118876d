"""`python -m midakit.sandbox serve`, `... health` and `... check DATASET CASES`."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_origin

from midakit.sandbox.errors import HttpError
from midakit.sandbox.origins import address
from midakit.sandbox.setting_sources import (
    CONFIG,
    DEFAULT_PORT,
    SandboxSetting,
    all_settings,
    from_environment,
    from_file,
)
from midakit.sandbox.settings import ServeSettings, Settings

_METAVARS = {
    int: "N",
    float: "SECONDS",
    str: "TEXT",
    Path: "PATH",
    tuple: "A,B",
    Mapping: "KEY=PROJECT",
}
_ABOUT = """Each option is a variable too (--data-dir: MIDAKIT_SANDBOX_DATA_DIR) and a key of the TOML file
(data_dir); options override variables, and variables override the file."""


def parser(
    prog: str = "python -m midakit.sandbox",
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        prog: What its help calls the program.
        kind: The class of the parser and those of its commands.

    Returns:
        The parser, with the commands `serve`, `health` and `check`.
    """
    commands = kind(
        prog=prog, description="A local Mida API over made-up data: no account, no network."
    )
    choose = commands.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = choose.add_parser(
        "serve", help="serve the API until interrupted", argument_default=argparse.SUPPRESS,
        epilog=_ABOUT, allow_abbrev=False,
    )  # fmt: skip
    for one in all_settings():
        _add(serve, one)
    serve.add_argument("--config", type=Path, metavar="FILE", help="read settings from a TOML file")
    health = choose.add_parser("health", help="ask a sandbox whether it answers: exit code 0 or 1")
    health.add_argument(
        "url", nargs="?", metavar="URL", help="its address; without one, where `serve` would listen"
    )
    check = choose.add_parser("check", help="run reference cases against a data set")
    check.add_argument("dataset", type=Path, metavar="DATASET", help="a file of JSON lines")
    check.add_argument("cases", type=Path, metavar="CASES", help="the cases, as JSON")
    return commands


def _add(serve: argparse.ArgumentParser, one: SandboxSetting) -> None:
    """Add the option of a setting."""
    shown = "" if one.default in (None, False, (), {}) else f" ({one.default})"
    text = (one.text.removesuffix(".") + shown).replace("%", "%%")
    if one.kind is bool:
        action: Any = argparse.BooleanOptionalAction if one.default else "store_true"
        serve.add_argument(one.option, dest=one.name, action=action, help=text)
        return
    metavar = _METAVARS[get_origin(one.kind) or one.kind]
    serve.add_argument(one.option, dest=one.name, type=_reader(one), metavar=metavar, help=text)


def _reader(one: SandboxSetting) -> Callable[[str], Any]:
    """Return what reads the text of an option, and says what is wrong with it."""

    def read(text: str) -> Any:
        try:
            return one.read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def read_settings(
    given: argparse.Namespace, environment: Mapping[str, str]
) -> tuple[Settings, ServeSettings]:
    """Return what `serve` was asked for; an import alone seeds nothing.

    Args:
        given: The parsed command line.
        environment: The environment variables.

    Returns:
        The settings of the sandbox, and those of the process.

    Raises:
        OSError: The settings file cannot be read.
        ValueError: A variable or a key of the file has no such value.
    """
    options = {name: value for name, value in vars(given).items() if name != "command"}
    config = options.pop("config", None) or environment.get(CONFIG)
    stored = from_file(Path(config)) if config else {}
    found = {"port": DEFAULT_PORT, **stored, **from_environment(environment), **options}
    if found.get("import_file") is not None:
        found.setdefault("seed", None)
    if found["port"] > 65_535:
        raise ValueError(f"port {found['port']} is above 65535")
    own = ServeSettings.__dataclass_fields__
    return (
        Settings(**{name: value for name, value in found.items() if name not in own}),
        ServeSettings(**{name: value for name, value in found.items() if name in own}),
    )


def _own_address(environment: Mapping[str, str]) -> str:
    """Return where `serve` would listen."""
    found, _ = read_settings(argparse.Namespace(), environment)
    return address(found.host, found.port, "https" if found.tls or found.tls_cert else "http")


def with_serve(words: Sequence[str]) -> list[str]:
    """Put `serve` in front of the words when they name no command.

    Args:
        words: The words of the command line.

    Returns:
        Words that name a command, or ask for help.
    """
    named = words and (not words[0].startswith("-") or words[0] in ("-h", "--help"))
    return [*words] if named else ["serve", *words]


def main(
    arguments: Sequence[str] | None = None,
    *,
    prog: str = "python -m midakit.sandbox",
    kind: type[argparse.ArgumentParser] = argparse.ArgumentParser,
) -> int:
    """Run one command of the sandbox.

    Args:
        arguments: The words of the command line; None takes those of the process.
        prog: What its help calls the program.
        kind: The class of the parser, which decides how help and errors look.

    Returns:
        The exit code.
    """
    commands = parser(prog, kind)
    given = commands.parse_args(with_serve(sys.argv[1:] if arguments is None else arguments))
    try:
        if given.command == "check":
            from midakit.testing.checks.sandbox import check

            return check(given.dataset, given.cases)
        if given.command == "health":
            from midakit.sandbox.health import answers

            return 0 if answers(given.url or _own_address(os.environ)) else 1
        from midakit.sandbox.server.serve import serve

        try:
            settings = read_settings(given, os.environ)
        except (OSError, ValueError) as error:
            commands.exit(2, f"{error}\n")
        serve(*settings)
    except ModuleNotFoundError as error:
        commands.exit(1, f"{error.name} is not installed; run: pip install 'midakit[sandbox]'\n")
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        commands.exit(1, f"{'the port is taken; --port 0 takes a free one' if taken else error}\n")
    except (HttpError, ImportError, ValueError) as error:
        commands.exit(1, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
