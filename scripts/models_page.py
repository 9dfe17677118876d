"""Writes docs/reference/models.md: every model with all of its fields, from the source."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "models.md"
MODELS = ROOT / "src" / "midakit" / "mida" / "models"
PARTS = (
    "experiments", "reports", "goals", "events", "projects", "comments", "account", "exclusion_groups",
    "personalization", "inputs", "vocabulary",
)  # fmt: skip
PLAIN = {"Model", "Input", "StrEnum", "IntEnum"}
HEAD = """# Models

Generated from the source. A field that the server left out is `None`; a `Moment` is a `datetime` that knows
its zone. Every answer has, beside its fields:

::: midakit.core.models.model.Model
    options:
      show_root_heading: false
      inherited_members: true

::: midakit.mida.models.status.Status
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(part(name) for name in PARTS)])


def part(name: str) -> str:
    """One module."""
    tree = ast.parse((MODELS / f"{name}.py").read_text(encoding="utf-8"))
    title = name.replace("_", " ").capitalize()
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    shown = [
        node
        for node in classes.values()
        if not node.name.startswith("_") and node.name not in PLAIN
    ]
    said = [f"## {title}\n", ast.get_docstring(tree) or "", ""]
    return "\n".join([*said, *(described(one, classes) for one in shown)])


def described(one: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> str:
    """One class: what it is, and a table of what it has, its private bases' included."""
    bases = [ast.unparse(base) for base in one.bases if ast.unparse(base) not in PLAIN]
    inlined = [classes[name] for name in bases if name.startswith("_")]
    linked = [f"[`{name}`](#{name.lower()})" for name in bases if not name.startswith("_")]
    more = [f"It also has what {', '.join(linked)} has.\n"] if linked else []
    rows = [
        f"| `{name}` | {kind} | {meaning} |"
        for node in (*inlined, one)
        for name, kind, meaning in members(node)
    ]
    table = ["| Name | What | |", "|---|---|---|", *rows, ""] if rows else []
    return "\n".join([f"### {one.name}\n", dedent(ast.get_docstring(one) or ""), "", *more, *table])


def members(one: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Name, type or value, and meaning of each field, property and word."""
    for node, after in zip(one.body, [*one.body[1:], None], strict=True):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                kind = ast.unparse(node.annotation).strip("'")
                if not kind.startswith("ClassVar"):
                    short = kind.replace(" | None", "").replace(" | Unset", "")
                    yield name, code(short), said_after(after)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper():
                yield name, code(ast.unparse(value)), said_after(after)
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                shown = "" if _is_property(node) else "method"
                kind = code(ast.unparse(node.returns)) if node.returns and not shown else shown
                yield name, kind, first_line(ast.get_docstring(node))


def _is_property(node: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def said_after(node: ast.stmt | None) -> str:
    """The docstring that follows a field."""
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return first_line(text)
    return ""


def first_line(text: str | None) -> str:
    """One paragraph, on one line, safe in a table."""
    return " ".join((text or "").partition("\n\n")[0].split()).replace("|", "&#124;")


def code(text: str) -> str:
    """Code in a cell of a table, where a bar would end the cell."""
    return f"<code>{text.replace('|', '&#124;').replace('<', '&lt;')}</code>"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the models are")
    PAGE.write_text(page())
