"""The public surface: what the pages under docs/reference show, read from the source without importing it.

A page names objects by `::: midakit.some.path`; a name that a package re-exports is followed to where it
stands. Of a class and of a module the public members count, as mkdocstrings shows them: in a module what
stands there itself or is in its `__all__`, in a class its methods, with those of its bases where
`inherited_members` says so.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
REFERENCE = ROOT / "docs" / "reference"
DIRECTIVE = re.compile(
    r"^::: (?P<path>[\w.]+)\n(?P<options>(?:[ \t]+\S.*\n|(?=\n)\n(?=[ \t]))*)", re.MULTILINE
)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


class Place(NamedTuple):
    """A class or function, and where it stands."""

    module: str
    names: tuple[str, ...]
    node: Definition

    @property
    def path(self) -> str:
        """The dotted path of the object."""
        return ".".join([self.module, *self.names])

    def docstring(self) -> str:
        """Return the docstring, without its indent."""
        return ast.get_docstring(self.node) or ""


class Shown(NamedTuple):
    """A class or function that a page of the reference shows."""

    page: str
    place: Place


@cache
def file_of(module: str) -> Path | None:
    """Return the file of a module, or None when there is none."""
    place = SOURCE.joinpath(*module.split("."))
    found = (place.with_suffix(".py"), place / "__init__.py")
    return next((path for path in found if path.exists()), None)


@cache
def tree_of(module: str) -> ast.Module:
    """Return the syntax tree of a module."""
    path = file_of(module)
    assert path is not None, module
    return ast.parse(path.read_text(encoding="utf-8"))


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give statements, with those under `if` and `try`."""
    for node in body:
        if isinstance(node, ast.If):
            yield from statements([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            yield from statements([*node.body, *(one for h in node.handlers for one in h.body)])
        else:
            yield node


@cache
def names_in(module: str) -> dict[str, ast.stmt | str]:
    """Return what each name of a module is: its definition, or the dotted path it is imported from."""
    found: dict[str, ast.stmt | str] = {}
    for node in statements(tree_of(module).body):
        if isinstance(node, ast.ImportFrom) and node.module:
            for one in node.names:
                found.setdefault(one.asname or one.name, f"{node.module}.{one.name}")
        elif isinstance(node, ast.Import):
            for one in node.names:
                found.setdefault(
                    one.asname or one.name.split(".")[0],
                    (one.asname and one.name) or one.name.split(".")[0],
                )
        elif isinstance(node, Definition) and "overload" not in map(
            ast.unparse, node.decorator_list
        ):
            found[node.name] = node
        elif isinstance(node, ast.Assign) and (table := lazy_names(node)):
            inside = {name: f"{module}.{name}." for name in table} | {"": f"{module}."}
            for submodule, words in table.items():
                for word in words.split():
                    name, _, real = word.partition("=")
                    found[name] = f"{inside[submodule]}{real or name}"
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {one.id: node for one in targets if isinstance(one, ast.Name)}
    return found


@cache
def resolve(path: str) -> Place | str | ast.stmt | None:
    """Return the class or function of a dotted path, the name of its module, or None.

    Args:
        path: A dotted path, perhaps of a name that a package re-exports.
    """
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        module = ".".join(parts[:cut])
        if file_of(module) is None:
            continue
        if cut == len(parts):
            return module
        return _inside(module, parts[cut:])
    return None


def _inside(module: str, names: list[str]) -> Place | str | ast.stmt | None:
    found = names_in(module).get(names[0])
    if isinstance(found, str):
        return resolve(".".join([found, *names[1:]]))
    if isinstance(found, ast.ClassDef):
        place = Place(module, (names[0],), found)
        if len(names) == 1:
            return place
        every = methods(place, inherited=True, hidden=True)
        return next((one for one in every if one.names[-1] == names[1]), None)
    if isinstance(found, Function):
        return Place(module, (names[0],), found)
    return found


def origin(path: str) -> str:
    """Return the path of an object where it stands, for a path by which a package re-exports it.

    Args:
        path: A dotted path.
    """
    module, _, name = path.rpartition(".")
    if file_of(path) is not None or file_of(module) is None:
        return path
    found = names_in(module).get(name)
    return origin(found) if isinstance(found, str) else path


def methods(place: Place, *, inherited: bool, hidden: bool = False) -> Iterator[Place]:
    """Give the methods and nested classes of a class.

    Args:
        place: The class.
        inherited: Whether those of its bases in the package count too.
        hidden: Whether those count too whose name begins with an underscore.
    """
    assert isinstance(place.node, ast.ClassDef)
    own: set[str] = set()
    for node in statements(place.node.body):
        if isinstance(node, Definition):
            if "overload" in map(ast.unparse, node.decorator_list) or node.name in own:
                continue
            own.add(node.name)
            if hidden or not node.name.startswith("_"):
                yield Place(place.module, (*place.names, node.name), node)
    if not inherited:
        return
    for base in place.node.bases:
        found = resolve(f"{place.module}.{ast.unparse(base).partition('[')[0]}")
        if isinstance(found, Place) and isinstance(found.node, ast.ClassDef):
            for one in methods(found, inherited=True, hidden=hidden):
                if one.names[-1] not in own:
                    own.add(one.names[-1])
                    yield one


def exported(module: str) -> list[str]:
    """Return the names in a module's `__all__`, or those that `lazy` gives it."""
    for node in tree_of(module).body:
        if not isinstance(node, ast.Assign):
            continue
        if ast.unparse(node.targets[0]) == "__all__" and isinstance(node.value, ast.List):
            return [str(name) for name in ast.literal_eval(node.value)]
        if table := lazy_names(node):
            return [one.partition("=")[0] for words in table.values() for one in words.split()]
    return []


def lazy_names(node: ast.Assign) -> dict[str, str]:
    """Return the table that an assignment to `__all__` gives to `lazy`: names by their submodule."""
    value = node.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "lazy":
        return dict(ast.literal_eval(value.args[1]))
    return {}


def directives(text: str) -> Iterator[tuple[str, list[str] | None, bool]]:
    """Give the objects that a page names, with the members it picks, and whether inherited ones count."""
    for match in DIRECTIVE.finditer(text):
        picked = re.search(r"\bmembers: \[([^]]*)\]", match["options"])
        names = re.findall(r"\w+", picked[1]) if picked else None
        yield match["path"], names, "inherited_members: true" in match["options"]


def shown_by(page: Path) -> Iterator[Shown]:
    """Give every class and function that a page shows."""
    for path, members, inherited in directives(page.read_text(encoding="utf-8")):
        found = resolve(path)
        if found is None:
            raise SystemExit(f"{page.name}: there is no {path}")
        if isinstance(found, str):
            names = members or [
                name
                for name, node in names_in(found).items()
                if not name.startswith("_")
                and (isinstance(node, ast.stmt) or name in exported(found))
            ]
            for name in names:
                one = resolve(f"{found}.{name}")
                if isinstance(one, Place):
                    yield from _with_members(page.name, one, None, inherited)
        elif isinstance(found, Place):
            yield from _with_members(page.name, found, members, inherited)


def _with_members(
    page: str, place: Place, members: list[str] | None, inherited: bool
) -> Iterator[Shown]:
    yield Shown(page, place)
    if isinstance(place.node, ast.ClassDef):
        for one in methods(place, inherited=inherited):
            if members is None or one.names[-1] in members:
                yield Shown(page, one)


def is_property(node: Definition) -> bool:
    """Whether a method is read as an attribute."""
    return any(
        "property" in ast.unparse(one) or ".setter" in ast.unparse(one)
        for one in node.decorator_list
    )


def surface() -> list[Shown]:
    """Return every class, function and method of the reference, once."""
    found: dict[str, Shown] = {}
    for page in sorted(REFERENCE.glob("*.md")):
        for one in shown_by(page):
            if not is_property(one.place.node):
                found.setdefault(one.place.path, one)
    return list(found.values())


def shown_paths() -> set[str]:
    """Return the dotted paths of all that the pages show, with those that they name directly."""
    found = set()
    for page in sorted(REFERENCE.glob("*.md")):
        for path, members, _ in directives(page.read_text(encoding="utf-8")):
            found |= {path, *(f"{path}.{name}" for name in members or ())}
            one = resolve(path)
            if isinstance(one, str):
                found |= {f"{one}.{name}" for name in members or names_in(one)}
        found |= {one.place.path for one in shown_by(page)}
    return found | {origin(path) for path in found}
