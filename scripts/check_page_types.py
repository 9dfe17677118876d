"""Check the Python of the pages with mypy --strict and pyright, as readers who paste it would.

    python scripts/check_page_types.py [--keep FOLDER] [PAGE ...]

A page becomes a module. Its blocks become functions inside each other: a block sees the names of those
before it and may give them another type, as a cell of a notebook may, and `await` is allowed. A block that names
a file is a module of its own. Errors name the page and its line.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.pages import PAGES, Block, blocks  # noqa: E402

CHECKED = ("README.md", "docs/tutorial/", "docs/how-to/", "docs/index.md", "examples/")
"""The pages whose code people paste; the reference is made from the source, which has checks of its own."""

UNTYPED = {
    "docs/how-to/celery.md": "Celery and WSGI bring no types",
    "docs/how-to/dask.md": "Dask and pandas bring no types",
    "docs/how-to/delivery-frameworks.md": "Django brings no types",
    "docs/how-to/django.md": "the same",
    "docs/how-to/guard-in-dagster.md": "Dagster leaves parameters of its generic classes open",
}
"""Pages that a strict checker cannot like, whatever midakit does, and why."""

CHECKERS = (
    ("mypy", "--strict", "--no-error-summary", "--hide-error-context", "--no-color-output", "."),
    ("basedpyright", "--level", "error"),
)
MYPY = """[mypy]
python_version = 3.11
explicit_package_bases = True
disable_error_code = import-untyped, import-not-found
cache_dir = {cache}
"""
TESTS = """
[mypy-{module}]
disallow_untyped_defs = False
disallow_incomplete_defs = False
disallow_untyped_calls = False
check_untyped_defs = True
"""
"""Fixtures of pytest are arguments whose types few people write down."""
PYRIGHT = """{{
  "typeCheckingMode": "standard", "pythonVersion": "3.11", "include": ["."],
  "reportMissingImports": false, "reportMissingModuleSource": false, "reportUnusedExpression": false
}}
"""
FOUND = re.compile(
    r"^\s*(?P<file>[^:\s]+\.py):(?P<line>\d+):(?:\d+:?)?\s*(?:- )?error: (?P<text>.*)$"
)


def module_of(page: Path) -> str:
    """Return the name of a page's package.

    Args:
        page: The page.
    """
    return re.sub(r"\W", "_", page.relative_to(ROOT).with_suffix("").as_posix()).lower()


def written(page: Path, folder: Path) -> dict[str, list[tuple[str, int]]]:
    """Write the modules of a page.

    Args:
        page: The page.
        folder: Where the packages of all pages are.

    Returns:
        For each file the page and the line of each of its lines.
    """
    package = folder / module_of(page)
    package.mkdir()
    found = [block for block in blocks(page) if block.language == "python"]
    files = [block for block in found if block.file]
    siblings = [Path(str(one.file)).stem for one in files]
    modules = {str(one.file): list(_lines(one)) for one in files}
    modules["page.py"] = list(_nested([one for one in found if not one.file]))
    lines = {}
    for name, numbered in modules.items():
        place = package / name
        place.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{line}\n" for line, _ in numbered)
        place.write_text(_imports(text, siblings, package.name), encoding="utf-8")
        at = page.relative_to(ROOT).as_posix()
        lines[place.relative_to(folder).as_posix()] = [(at, number) for _, number in numbered]
    return lines


def _lines(block: Block) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        yield line, number


def _nested(found: list[Block]) -> Iterator[tuple[str, int]]:
    for depth, block in enumerate(found):
        yield indent(f"async def block_{depth}() -> None:", " " * depth), block.line
        for line, number in _lines(block):
            yield indent(line, " " * (depth + 1)), number
        yield indent("...", " " * (depth + 1)), block.line


def _imports(text: str, siblings: list[str], package: str) -> str:
    """Let modules of a page import each other: there are many pages with a `service.py`."""
    for name in siblings:
        text = re.sub(
            rf"^(\s*)from {name} import",
            rf"\1from {package}.{name} import",
            text,
            flags=re.MULTILINE,
        )
        text = re.sub(
            rf"^(\s*)import {name}$",
            rf"\1import {package}.{name} as {name}",
            text,
            flags=re.MULTILINE,
        )
    return text


def errors(folder: Path, lines: dict[str, list[tuple[str, int]]]) -> Iterator[str]:
    """Run the checkers over the written modules.

    Args:
        folder: Where the packages are.
        lines: What `written` gave for each of them.

    Yields:
        A line for each error, with its place on the page.
    """
    names = [name.removesuffix(".py").replace("/", ".") for name in lines]
    tests = [one for one in names if re.search(r"\.(test_\w+|conftest)$", one)]
    relaxed = "".join(TESTS.format(module=one) for one in tests)
    (folder / "mypy.ini").write_text(MYPY.format(cache=ROOT / ".mypy_cache" / "pages") + relaxed)
    (folder / "pyrightconfig.json").write_text(PYRIGHT.format())
    for command in CHECKERS:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        told = 0
        for line in done.stdout.splitlines():
            if match := FOUND.match(line.replace(f"{folder.resolve()}/", "")):
                page, number = lines[match["file"]][int(match["line"]) - 1]
                yield f"{page}:{number}: {command[0]}: {match['text']}"
                told += 1
        if done.returncode and not told:
            yield f"{command[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}"


def main() -> int:
    """Check the pages that are named, or all of them; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="write the modules into this new folder")
    parser.add_argument("pages", nargs="*", type=Path)
    given = parser.parse_args()
    wanted = [one.resolve() for one in given.pages] or [
        page
        for page in PAGES
        if (name := page.relative_to(ROOT).as_posix()).startswith(CHECKED) and name not in UNTYPED
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary) / "pages"
        folder.mkdir()
        lines: dict[str, list[tuple[str, int]]] = {}
        for page in wanted:
            lines |= written(page, folder)
        found = list(errors(folder, lines))
    print("\n".join(found) or f"{len(wanted)} pages, no errors")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
