"""Draw the rooms of the package and the imports between them; find import circles.

    python scripts/architecture.py            write docs/assets/architecture.svg
    python scripts/architecture.py --check    fail when the drawing is stale or modules import in a circle
    python scripts/architecture.py --modules  print how many modules each folder holds

Imports are read from the syntax trees, those inside functions too; imports for type checkers alone do
not count. The few methods that look upward on purpose are those that pyproject lists for import-linter.
"""

import ast
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
DRAWING = ROOT / "docs" / "assets" / "architecture.svg"
WIDTH, HEIGHT, GAP, FLOOR = 190, 54, 26, 108


@cache
def modules() -> dict[str, Path]:
    """Return every hand-written module by its dotted name."""
    found = {}
    for path in sorted((SOURCE / "midakit").rglob("*.py")):
        if "_sync" in path.parts:
            continue
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Give the names that a module imports when it runs, now or later."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from imports_of(other)
            continue
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{one.name}" for one in node.names)
        yield from imports_of(node)


def upward() -> set[tuple[str, str]]:
    """Return the imports that import-linter is told to ignore."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = told["tool"]["importlinter"]["contracts"]
    pairs = [one for contract in contracts for one in contract.get("ignore_imports", [])]
    return {(left.strip(), right.strip()) for left, right in (pair.split("->") for pair in pairs)}


@cache
def arrows() -> dict[str, set[str]]:
    """Return which module imports which, without the imports that look upward on purpose."""
    known, ignored = modules(), upward()
    found: dict[str, set[str]] = {}
    for name, path in known.items():
        mine = set()
        for target in imports_of(ast.parse(path.read_text(encoding="utf-8"))):
            home = target if target in known else target.rpartition(".")[0]
            if home in known and home != name and (name, home) not in ignored:
                mine.add(home)
        found[name] = mine
    return found


def circles() -> list[list[str]]:
    """Return the groups of modules that import each other, by Tarjan's algorithm."""
    graph, index, low, stack, found = arrows(), {}, {}, [], []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph[node]:
            if other not in index:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    sys.setrecursionlimit(10_000)
    for node in graph:
        if node not in index:
            visit(node)
    return found


def room_of(module: str) -> str | None:
    """Return the room that a module belongs to; the package's face belongs to none."""
    parts = module.split(".")
    return None if len(parts) == 1 or parts[1].startswith("_") else ".".join(parts[:2])


def rooms() -> tuple[Counter[str], dict[str, set[str]]]:
    """Return each room's number of modules, and which rooms it imports."""
    sizes: Counter[str] = Counter()
    found: dict[str, set[str]] = defaultdict(set)
    for module, targets in arrows().items():
        room = room_of(module)
        if room is None:
            continue
        sizes[room] += 1
        found[room] |= {other for one in targets if (other := room_of(one)) not in (None, room)}
    return sizes, found


def floors(graph: dict[str, set[str]]) -> dict[str, int]:
    """Return the floor of each room: one above the highest room that it imports."""
    found: dict[str, int] = {}

    def floor(room: str, above: tuple[str, ...]) -> int:
        if room not in found:
            below = [
                floor(one, (*above, room))
                for one in sorted(graph.get(room, ()))
                if one not in above
            ]
            found[room] = 1 + max(below, default=-1)
        return found[room]

    for room in sorted(graph):
        floor(room, (room,))
    return found


def direct(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """Leave out the arrows that follow from others, so that a reader sees the few that matter."""

    def reach(room: str) -> set[str]:
        found, todo = set(), list(graph.get(room, ()))
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += graph.get(one, ())
        return found

    return {
        room: {one for one in below if not any(one in reach(other) for other in below - {one})}
        for room, below in graph.items()
    }


def drawing() -> str:
    """Return the picture as SVG text."""
    sizes, graph = rooms()
    place = floors({room: graph[room] for room in sizes})
    top = max(place.values())
    stories = [sorted(room for room in sizes if place[room] == top - n) for n in range(top + 1)]
    across = max(map(len, stories)) * (WIDTH + GAP) + GAP
    spots = {}
    for number, story in enumerate(stories):
        indent = (across - len(story) * (WIDTH + GAP) + GAP) // 2
        for column, room in enumerate(story):
            spots[room] = (indent + column * (WIDTH + GAP), 20 + number * FLOOR)
    near, lines = direct(graph), []
    for room, (x, y) in spots.items():
        for other in sorted(near[room]):
            left, down = spots[other]
            begin, end = (x + WIDTH // 2, y + HEIGHT), (left + WIDTH // 2, down - 4)
            lines.append(f'<path d="M{begin[0]},{begin[1]} L{end[0]},{end[1]}" class="arrow"/>')
    for room, (x, y) in spots.items():
        label = escape(room.removeprefix("midakit."))
        lines.append(f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>')
        lines.append(f'<text x="{x + WIDTH // 2}" y="{y + 24}">{label}</text>')
        lines.append(
            f'<text x="{x + WIDTH // 2}" y="{y + 42}" class="size">{sizes[room]} modules</text>'
        )
    high = 20 + len(stories) * FLOOR
    style = (
        "rect{fill:#f4f6fb;stroke:#44507a}text{font:15px sans-serif;text-anchor:middle;fill:#1c2340}"
        ".size{font-size:11px;fill:#5b6485}.arrow{stroke:#9aa3c4;fill:none;marker-end:url(#end)}"
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across} {high}" role="img">'
        f"<title>The rooms of midakit; an arrow means imports</title><style>{style}</style>"
        '<rect width="100%" height="100%" style="fill:#fff;stroke:none"/>'
        '<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#9aa3c4"/></marker></defs>'
    )
    return head + "\n" + "\n".join(lines) + "\n</svg>\n"


def main() -> int:
    """Write the drawing, check it, or print the counts."""
    if "--modules" in sys.argv:
        counted = Counter(path.parent.relative_to(SOURCE).as_posix() for path in modules().values())
        print("\n".join(f"{count:4} {folder}" for folder, count in counted.most_common()))
        return 0
    found = circles()
    for circle in found:
        print("circle:", " ".join(circle))
    if "--check" not in sys.argv:
        DRAWING.write_text(drawing(), encoding="utf-8")
        return 0
    stale = not DRAWING.exists() or DRAWING.read_text(encoding="utf-8") != drawing()
    if stale:
        print("docs/assets/architecture.svg is stale: run python scripts/architecture.py")
    return 1 if found or stale else 0


if __name__ == "__main__":
    sys.exit(main())
