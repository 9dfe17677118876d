"""`python -m midakit.sandbox serve` and `python -m midakit.sandbox check DATASET CASES`."""

import argparse
import errno
import sys
from collections.abc import Sequence
from pathlib import Path

from midakit.sandbox.errors import HttpError
from midakit.sandbox.settings import Settings


def parser(prog: str = "python -m midakit.sandbox") -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        prog: What its help calls the program.

    Returns:
        The parser, with the commands `serve` and `check`.
    """
    commands = argparse.ArgumentParser(
        prog=prog, description="A local Mida API over made-up data: no account, no network."
    )
    choose = commands.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = choose.add_parser("serve", help="serve the API until interrupted")
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)"
    )
    serve.add_argument(
        "--port", type=_port, default=4010, help="port to listen on; 0 takes a free one (4010)"
    )
    serve.add_argument("--seed", type=int, help="seed of the made-up data (42)")
    serve.add_argument(
        "--visitors", type=_count, default=10_000, help="how many visitors to make up (10000)"
    )
    serve.add_argument(
        "--experiments", type=_count, help="how many experiments to make up (the 11 of the docs)"
    )
    serve.add_argument(
        "--days", type=_count, default=56, help="days that the visitors come on (56)"
    )
    serve.add_argument("--projects", type=_count, default=2, help="projects to make up (2)")
    serve.add_argument(
        "--import",
        dest="import_file",
        type=Path,
        metavar="FILE",
        help="read JSON lines, as visitors and events; without --seed nothing is made up",
    )
    serve.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="keep everything here; memory if left out"
    )
    serve.add_argument(
        "--api-key", default="sandbox", help="the key that opens the projects (sandbox)"
    )
    serve.add_argument(
        "--plan", type=int, help="300 or 305: plans with two live experiments and two goals"
    )
    check = choose.add_parser("check", help="run reference cases against a data set")
    check.add_argument("dataset", type=Path, metavar="DATASET", help="a file of JSON lines")
    check.add_argument("cases", type=Path, metavar="CASES", help="the cases, as JSON")
    return commands


def _count(text: str) -> int:
    """Return a number of things."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _port(text: str) -> int:
    """Return the number of a port."""
    if _count(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text} is above 65535")
    return int(text)


def read_settings(given: argparse.Namespace) -> Settings:
    """Return what `serve` was asked for; an import alone seeds nothing.

    Args:
        given: The parsed command line.

    Returns:
        The settings.
    """
    options = {name: value for name, value in vars(given).items() if name != "command"}
    if given.seed is None and not given.import_file:
        options["seed"] = 42
    return Settings(**options)


def with_serve(words: Sequence[str]) -> list[str]:
    """Put `serve` in front of the words when they name no command.

    Args:
        words: The words of the command line.

    Returns:
        Words that name a command, or ask for help.
    """
    named = words and (not words[0].startswith("-") or words[0] in ("-h", "--help"))
    return [*words] if named else ["serve", *words]


def main(arguments: Sequence[str] | None = None, *, prog: str = "python -m midakit.sandbox") -> int:
    """Run one command of the sandbox.

    Args:
        arguments: The words of the command line; None takes those of the process.
        prog: What its help calls the program.

    Returns:
        The exit code.
    """
    commands = parser(prog)
    given = commands.parse_args(with_serve(sys.argv[1:] if arguments is None else arguments))
    try:
        if given.command == "check":
            from midakit.testing.checks.sandbox import check

            return check(given.dataset, given.cases)
        from midakit.sandbox.server.serve import serve

        serve(read_settings(given))
    except ModuleNotFoundError as error:
        commands.exit(1, f"{error.name} is not installed; run: pip install 'midakit[sandbox]'\n")
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        hint = f"port {given.port} is taken; --port 0 takes a free one" if taken else str(error)
        commands.exit(1, f"{hint}\n")
    except (HttpError, ValueError) as error:
        commands.exit(1, f"{error}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
