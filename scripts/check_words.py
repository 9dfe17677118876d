"""Check the words of the code: class names, banned words, docstrings, documented model fields.

    python scripts/check_words.py              fail when something is below its floor
    python scripts/check_words.py --list       show every finding

Five things are kept:

1. A class name stands for one class. Twins, the blocking and the asynchronous form of one idea, may
   share a name: they are listed in TWINS.
2. No public name holds a word of BANNED: metaphors that a stranger would have to learn.
3. A public callable with arguments has a docstring with an `Args:` section that names each of them.
4. At least FIELDS of the fields of models have a docstring.
5. What `check_reference.py` says: the reference shows every public name, with what it raises and an
   example.

That a docstring begins with an imperative verb is ruff's rule D401.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import check_reference

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "midakit"
MODELS = (SOURCE / "mida" / "models", SOURCE / "launchdarkly" / "models.py")
TWINS = {
    f"{folder}/{twin}.py"
    for folder in ("core/concurrency", "delivery/twins")
    for twin in ("aio", "threads")
}
BANNED = re.compile(
    r"(^|_)(room|annex|shelf|bell|crew|nursery|birthplace|world|dice|pile|at_home|door|dossier)s?($|_)"
)
FIELDS = 0.95
GROUPS = {"what", "scope", "files", "existing", "pace", "parts", "decide"}
"""Arguments of commands that are groups of options, each of which is told at its class."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Finding(NamedTuple):
    """One place that breaks a rule."""

    rule: str
    place: str
    what: str


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Give every hand-written module of the package with its syntax tree."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "_sync" not in path.parts:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """Return a module's path as it is written in findings."""
    return path.relative_to(SOURCE).as_posix()


def words_of(name: str) -> str:
    """Return a name in snake case, so that its words stand apart."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def names_used_twice(trees: list[tuple[Path, ast.Module]]) -> Iterator[Finding]:
    """Find class names that stand for more than one class."""
    found: dict[str, list[str]] = defaultdict(list)
    for path, tree in trees:
        if name_of(path) in TWINS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{name_of(path)}:{node.lineno}")
    for name, places in sorted(found.items()):
        if len(places) > 1:
            yield Finding(
                "class name used twice", places[0], f"{name}, also {', '.join(places[1:])}"
            )


def banned_words(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """Find public names that hold a banned word: modules, classes, functions, arguments."""
    named = [(1, part) for part in path.relative_to(SOURCE).with_suffix("").parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | Function):
            named.append((node.lineno, node.name))
        if isinstance(node, Function) and not node.name.startswith("_"):
            named += [(node.lineno, one.arg) for one in arguments(node)]
    for number, name in named:
        if not name.startswith("_") and BANNED.search(words_of(name)):
            yield Finding("banned word", f"{name_of(path)}:{number}", name)


def arguments(node: Function) -> list[ast.arg]:
    """Return a function's arguments, without `self`, `cls` and an unpacked table of options."""
    spec = node.args
    rest = [one for one in (spec.vararg, spec.kwarg) if one is not None]
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *rest]
    return [
        one
        for one in every
        if one.arg not in ("self", "cls")
        and not (one is spec.kwarg and "Unpack" in ast.dump(one.annotation or ast.Pass()))
    ]


def public_functions(body: list[ast.stmt]) -> Iterator[Function]:
    """Give the functions and methods that carry no underscore, nor their classes."""
    for node in body:
        named = getattr(node, "name", "")
        if named.startswith("_"):
            continue
        if isinstance(node, ast.If | ast.Try | ast.ClassDef):
            yield from public_functions(node.body)
        elif isinstance(node, Function) and "overload" not in map(ast.unparse, node.decorator_list):
            yield node


def undocumented(path: Path, tree: ast.Module) -> Iterator[Finding]:
    """Find public callables whose arguments are not all told."""
    for node in public_functions(tree.body):
        asked = [one.arg for one in arguments(node)]
        if "commands" in path.parts:
            asked = [name for name in asked if name not in GROUPS]
        if not asked:
            continue
        told = (ast.get_docstring(node) or "").partition("Args:")[2]
        missing = [
            name
            for name in asked
            if not re.search(rf"^\s*\*{{0,2}}{name}\b[^\n]*:", told, re.MULTILINE)
        ]
        if missing:
            place = f"{name_of(path)}:{node.lineno}"
            yield Finding("arguments not told", place, f"{node.name}: {', '.join(missing)}")


def fields(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """Give every annotated field of every class, and whether a docstring follows it."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for one, after in zip(node.body, [*node.body[1:], None], strict=True):
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                if one.target.id.startswith("_") or "ClassVar" in ast.dump(one.annotation):
                    continue
                told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                yield f"{node.name}.{one.target.id}", one.lineno, told


def undocumented_fields(trees: list[tuple[Path, ast.Module]]) -> tuple[list[Finding], int]:
    """Find the fields of models that have no docstring; count all fields."""
    findings, total = [], 0
    for path, tree in trees:
        if not any(path.is_relative_to(place) for place in MODELS):
            continue
        for name, number, told in fields(tree):
            total += 1
            if not told:
                findings.append(
                    Finding("field without docstring", f"{name_of(path)}:{number}", name)
                )
    return findings, total


def main() -> int:
    """Print what was found; return 1 when something is below its floor."""
    trees = list(modules())
    strict = list(names_used_twice(trees))
    for path, tree in trees:
        strict += [*banned_words(path, tree), *undocumented(path, tree)]
    bare, total = undocumented_fields(trees)
    told = 1 - len(bare) / total
    failed = bool(strict) or told < FIELDS
    for finding in [*strict, *(bare if "--list" in sys.argv or told < FIELDS else [])]:
        print(f"{finding.place}: {finding.rule}: {finding.what}")
    print(f"{len(strict)} findings; {told:.1%} of {total} model fields documented")
    return max(check_reference.main(), int(failed))


if __name__ == "__main__":
    sys.exit(main())
