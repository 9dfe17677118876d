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
    "experiments", "reports", "timeseries", "distribution", "metrics", "links", "goals", "goal_ref", "events", "projects", "comments", "account", "exclusion_groups",
    "personalization", "inputs", "vocabulary",
)  # fmt: skip
PLAIN = {"Model", "Input", "StrEnum", "IntEnum"}
HEAD = """# Models

Generated from the source; import them from `midakit.models`. A field that the server left out is `None`, and a list
is empty; `.raw` has what was sent. A `Moment` is a `datetime` with a time zone. Examples on this page begin with this:

```python
from midakit import Mida

mida = Mida()
other = mida.project("SANDBOXxPROJECTxKEY002")
```

Every answer also has:

::: midakit.core.models.model.Model
    options:
      show_root_heading: false
      inherited_members: true

::: midakit.mida.models.status.Status
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(part(name) for name in PARTS)])


def classes_of(name: str) -> dict[str, ast.ClassDef]:
    """Return the classes of a module of the models, by name.

    Args:
        name: The module, without `.py`.
    """
    tree = ast.parse((MODELS / f"{name}.py").read_text(encoding="utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


SHARED = classes_of("_types") | classes_of("_report")


def part(name: str) -> str:
    """Return the part of the page about one module.

    Args:
        name: The module, without `.py`.
    """
    text = (MODELS / f"{name}.py").read_text(encoding="utf-8")
    classes = classes_of(name)
    shown = [one for key, one in classes.items() if not key.startswith("_") and key not in PLAIN]
    title = name.replace("_", " ").capitalize()
    intro = ast.get_docstring(ast.parse(text)) or ""
    hidden = SHARED | {key: one for key, one in classes.items() if key.startswith("_")}
    told = (described(one, hidden, f"midakit.mida.models.{name}") for one in shown)
    return "\n".join([f"## {title}\n", intro, "", *told])


def described(one: ast.ClassDef, hidden: dict[str, ast.ClassDef], module: str) -> str:
    """Return what the page says about one class, with a table of its members.

    Args:
        one: The class.
        hidden: Bases that have no place of their own on the page, by name: their members are shown
            with those of the class.
        module: The module that the class stands in.
    """
    bases = [ast.unparse(base) for base in one.bases if ast.unparse(base) not in PLAIN]
    linked = [f"[`{name}`](#{name.lower()})" for name in bases if name not in hidden]
    more = [f"It also has what {', '.join(linked)} has.\n"] if linked else []
    rows = [
        f"| `{name}` | {kind} | {meaning} |"
        for node in with_bases(one, hidden)
        for name, kind, meaning in members(node)
    ]
    table = ["| Name | What | |", "|---|---|---|", *rows, ""] if rows else []
    methods = [
        f"::: {module}.{one.name}.{node.name}\n    options: {{heading_level: 4}}\n"
        for part in with_bases(one, hidden)
        for node in part.body
        if isinstance(node, ast.FunctionDef) and _is_method(node)
    ]
    text = dedent(ast.get_docstring(one) or "")
    return "\n".join([f"### {one.name}\n", text, "", *more, *table, *methods])


def with_bases(one: ast.ClassDef, hidden: dict[str, ast.ClassDef]) -> list[ast.ClassDef]:
    """Return a class after those of its bases that are hidden, the farthest first.

    Args:
        one: The class.
        hidden: The hidden bases by name.
    """
    bases = [hidden[name] for base in one.bases if (name := ast.unparse(base)) in hidden]
    return [*(node for base in bases for node in with_bases(base, hidden)), one]


def members(one: ast.ClassDef) -> Iterator[tuple[str, str, str]]:
    """Give name, type or value, and meaning of each field, property and word of a class.

    Args:
        one: The class.
    """
    for node, after in zip(one.body, [*one.body[1:], None], strict=True):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                kind = ast.unparse(node.annotation).strip("'")
                if not kind.startswith("ClassVar"):
                    short = kind.replace(" | None", "").replace(" | Unset", "")
                    yield name, code(short), docstring_after(after)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=func, args=[kind])):
                kind = func.slice if isinstance(func, ast.Subscript) else kind  # of a LazyField
                yield name, code(ast.unparse(kind)), docstring_after(after)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper():
                yield name, code(ast.unparse(value)), docstring_after(after)
            case ast.FunctionDef(name=name) if _is_property(node) and not name.startswith("_"):
                kind = code(ast.unparse(node.returns)) if node.returns else ""
                yield name, kind, first_paragraph(ast.get_docstring(node))


def _is_method(node: ast.FunctionDef) -> bool:
    return not node.name.startswith("_") and not _is_property(node)


def _is_property(node: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in node.decorator_list)


def docstring_after(node: ast.stmt | None) -> str:
    """Return the docstring of a field.

    Args:
        node: The statement after the field.
    """
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return first_paragraph(text)
    return ""


def first_paragraph(text: str | None) -> str:
    """Return the first paragraph of a docstring on one line, safe in a table.

    Args:
        text: The docstring, if there is one.
    """
    return " ".join((text or "").partition("\n\n")[0].split()).replace("|", "&#124;")


def code(text: str) -> str:
    """Return code for a cell of a table, where a bar would end the cell.

    Args:
        text: The code.
    """
    return f"<code>{text.replace('|', '&#124;').replace('<', '&lt;')}</code>"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the models are")
    PAGE.write_text(page())
