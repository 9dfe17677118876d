"""Check the reference: every public callable says what it raises and has an example.

    python scripts/check_reference.py          fail when something is missing
    python scripts/check_reference.py --list   count what has what, page by page

`scripts/public_surface.py` says what is public. Kept are:

1. Every name of an `__all__` stands on a page of the reference, but for those of INSIDE.
2. A callable that can raise has `Raises:`. Can raise: it raises itself, or it calls something of the
   package that does, however far down; a method that sends a call always can.
3. What stands under `Raises:` is an exception that exists.
4. Functions and methods have `Example:`, and so have classes: those without public methods, and those
   that a package exports. Errors, enumerations and tables of options need none.

`tests/docs/test_examples.py` runs the examples. Arguments are the business of `check_words.py`.
"""

import ast
import builtins
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache

from public_surface import (
    SOURCE,
    Function,
    Place,
    Shown,
    exported,
    file_of,
    names_in,
    origin,
    resolve,
    shown_paths,
    statements,
    surface,
)

INSIDE = {
    "midakit.sandbox.reports": "the sandbox's own",
    "midakit.launchdarkly.calls": "told with the client that sends them",
    "midakit.mida.models": "a generated page has every model",
}
"""Packages whose `__all__` no page follows name by name, and why."""
SENDING = {"send", "send_raw", "gather", "try_send", "_pager"}
"""Methods of clients that reach a server; where an attribute's class is not known, its name tells."""
CAUGHT = {"Unfit", "SlowConvergence"}
"""Exceptions that the package raises for itself and catches on the way."""
NEVER = {
    "midakit.core._async.client.AsyncClient.try_send": "what is raised becomes the outcome's error",
    "midakit.mida._async.client.AsyncMida.project": "of the view's options it gives the project alone",
    "midakit.report.report.Report.charts": "figures of an analysis can always be drawn",
    "midakit.delivery.openfeature.MidaProvider.track": "an event that cannot be sent is counted",
}
"""Callables that raise nothing although they call what does, and why."""
NO_ERROR = {
    "NotImplementedError",
    "AssertionError",
    "StopIteration",
    "StopAsyncIteration",
    "SystemExit",
}
PLAIN_BASES = re.compile(r"(Exception|Error|Enum|TypedDict|Warning)$")
EXCEPTIONS = {
    name
    for name, one in vars(builtins).items()
    if isinstance(one, type) and issubclass(one, BaseException)
}
SECTION = re.compile(r"^(\w[\w ]*):$")


def section(docstring: str, name: str) -> list[str]:
    """Return the lines of a section of a docstring, without their indent.

    Args:
        docstring: The docstring, without its own indent.
        name: The section's name.
    """
    lines = docstring.split("\n")
    if f"{name}:" not in lines:
        return []
    found = []
    for line in lines[lines.index(f"{name}:") + 1 :]:
        if line and not line.startswith(" "):
            break
        found.append(line.removeprefix("    "))
    return found


def raised(place: Place) -> set[str]:
    """Return the names of exceptions that a function raises, itself or further down.

    Args:
        place: The function, or a class for what making one raises.
    """
    found: set[str] = set()
    waiting, known = [place], {place.path}
    while waiting:
        own, called = _body_of(waiting.pop().path)
        found |= own
        for path in called - known:
            one = resolve(path)
            if isinstance(one, Place):
                known.add(path)
                waiting.append(one)
    return found - NO_ERROR - CAUGHT


@cache
def _body_of(path: str) -> tuple[set[str], set[str]]:
    """Return what a function raises itself, and the paths of what it calls."""
    place = resolve(path)
    assert isinstance(place, Place), path
    if isinstance(place.node, ast.ClassDef):
        bodies = [
            one for one in place.node.body
            if isinstance(one, Function) and one.name in ("__init__", "__post_init__", "__attrs_post_init__")
        ]  # fmt: skip
    else:
        bodies = [place.node]
    scope = dict(names_in(place.module))
    own, called = set(), set()
    for node in (node for body in bodies for node in ast.walk(body)):
        if isinstance(node, ast.ImportFrom) and node.module:
            scope |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    for node in (node for body in bodies for node in ast.walk(body)):
        if isinstance(node, ast.Raise) and node.exc is not None:
            name = ast.unparse(node.exc).partition("(")[0].rpartition(".")[2]
            if name in EXCEPTIONS or name in errors() or name[:1].isupper():
                own.add(name)
        elif isinstance(node, ast.Call):
            words = ast.unparse(node.func).split(".")
            if words[-1] in SENDING:
                own.add("MidakitError")
            target = _target(place, words, scope)
            if target:
                called.add(target)
    return own, called


def _target(place: Place, words: list[str], scope: dict[str, ast.stmt | str]) -> str | None:
    """Return the path of what a call reaches, as far as the source tells."""
    if not all(word.isidentifier() for word in words):
        return None
    if words[0] in ("self", "cls") and len(place.names) > 1:
        path = ".".join([place.module, place.names[0], *words[1:]])
    elif isinstance(found := scope.get(words[0]), str):
        path = ".".join([found, *words[1:]])
    elif found is not None:
        path = ".".join([place.module, *words])
    else:
        return None
    one = resolve(path) if path.startswith("midakit") else None
    return one.path if isinstance(one, Place) else None


@cache
def errors() -> set[str]:
    """Return the names of all exceptions that the package defines."""
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in statements(ast.parse(path.read_text(encoding="utf-8")).body):
            if isinstance(node, ast.ClassDef) and any(
                PLAIN_BASES.search(ast.unparse(base))
                or ast.unparse(base) in names_in("midakit.errors")
                for base in node.bases
            ):
                found.add(node.name)
    return found


@cache
def all_exported() -> set[str]:
    """Return the paths of everything that some package exports."""
    found = set()
    for module in packages():
        for name in exported(module):
            one = resolve(f"{module}.{name}")
            if isinstance(one, Place):
                found.add(one.path)
    return found


def packages() -> Iterator[str]:
    """Give every package that has an `__all__`, and every module of the top level."""
    top = SOURCE / "midakit"
    for path in sorted({*top.rglob("__init__.py"), *top.glob("*.py")}):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        module = ".".join(parts).removesuffix(".__init__")
        if "_sync" not in parts and file_of(module) and exported(module):
            yield module


def is_plain(place: Place) -> bool:
    """Whether a class is an error, an enumeration or a table of options, itself or by its bases.

    Args:
        place: The class.
    """
    assert isinstance(place.node, ast.ClassDef)
    for base in map(ast.unparse, place.node.bases):
        above = resolve(f"{place.module}.{base}")
        if PLAIN_BASES.search(base) or (isinstance(above, Place) and is_plain(above)):
            return True
    return False


def needs_example(one: Shown, methods: set[str]) -> bool:
    """Whether an example belongs in the docstring.

    Args:
        one: A class or function of the reference.
        methods: Paths of the classes of which the reference shows methods.
    """
    node = one.place.node
    if not isinstance(node, ast.ClassDef):
        return True
    if is_plain(one.place) or node.name in errors():
        return False
    return one.place.path not in methods or one.place.path in all_exported()


def problems(shown: list[Shown]) -> Iterator[tuple[Shown, str, str]]:
    """Give what a docstring of the reference lacks: where, what kind, and what.

    Args:
        shown: The classes and functions of the reference.
    """
    methods = {one.place.path.rpartition(".")[0] for one in shown if len(one.place.names) > 1}
    for one in shown:
        docstring = one.place.docstring()
        told = [line for line in section(docstring, "Raises") if line and not line.startswith(" ")]
        quiet = one.place.path in NEVER or one.place.node.name in errors()
        can = set() if quiet else raised(one.place)
        if can and not told:
            yield one, "raises", f"no Raises: it can raise {', '.join(sorted(can))}"
        for line in told:
            names = re.findall(r"[\w.]+", line.partition(":")[0])
            for name in names:
                foreign = "." in name and not name.startswith("midakit")
                if not foreign and name.rpartition(".")[2] not in EXCEPTIONS | errors():
                    yield one, "raises", f"Raises: there is no exception {name}"
        if needs_example(one, methods) and not any(section(docstring, "Example")):
            yield one, "example", "no Example"


def unlisted() -> Iterator[str]:
    """Give the names of an `__all__` that no page of the reference shows."""
    on_pages = shown_paths()
    for module in packages():
        if module in INSIDE or module == "midakit.models":
            continue
        for name in exported(module):
            path = origin(f"{module}.{name}")
            first, _, last = path.replace("._sync.", "._async.").rpartition(".")
            spelled = {f"{module}.{name}", path, f"{first}.{last}", f"{first}.Async{last}"}
            if not spelled & on_pages:
                yield f"{module}.{name}"


def main() -> int:
    """Print what is missing; return 1 when something is."""
    shown = surface()
    found = list(problems(shown))
    for one, _, what in found:
        print(f"{one.place.path}: {what}")
    missing = list(unlisted())
    for name in missing:
        print(f"{name}: on no page of docs/reference")
    if "--list" in sys.argv:
        kinds = Counter((one.page, kind) for one, kind, _ in found)
        for page, count in sorted(Counter(one.page for one in shown).items()):
            print(
                page,
                count,
                "lack example:",
                kinds[page, "example"],
                "raises:",
                kinds[page, "raises"],
            )
    print(
        f"{len(shown)} public classes and functions; {len(found)} gaps; {len(missing)} names on no page"
    )
    return 1 if found or missing else 0


if __name__ == "__main__":
    sys.exit(main())
