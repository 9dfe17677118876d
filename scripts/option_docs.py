"""Writes the meaning of options into the docstrings of the functions that take them.

    python scripts/option_docs.py           write
    python scripts/option_docs.py --check   say which docstrings differ

A function that takes `**options: Unpack[ReportOptions]` gets, in the `Args` of its docstring, an entry
for each field of `ReportOptions`, with the text below the field where the class stands. Entries
for its other arguments are written by hand and stay. A dataclass of the command line gets entries for the options that `with_options(...)` gives it; one
whose line ends with `# options of ReportOptions`, for those of its fields that `ReportOptions` has.
A builder of calls gets the example of the client's method of that name, where that call needs no variable.
`scripts/unasync.py` runs after this script.
"""

import ast
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = [
    ROOT / "src" / "midakit" / name
    for name in (
        "core/extra.py",
        "core/pages.py",
        "core/settings.py",
        "mida/fields.py",
        "mida/options.py",
        "mida/_async/events.py",
    )
]
MIDA = ROOT / "src" / "midakit" / "mida"
WIDTH = 110
MARKED = re.compile(r"# options of (\w+)$", re.MULTILINE)
SECTION = re.compile(r"^(Args|Returns|Raises|Yields|Example|Examples):", re.MULTILINE)

Fields = dict[str, str]


def meanings(paths: Iterable[Path] = SOURCES) -> dict[str, Fields]:
    """Return the texts below the fields of every `TypedDict`, inherited fields first."""
    found: dict[str, Fields] = {}
    for node in (node for path in paths for node in ast.parse(path.read_text("utf-8")).body):
        if isinstance(node, ast.ClassDef) and any(one.arg == "total" for one in node.keywords):
            fields: Fields = {}
            for base in node.bases:
                fields |= found.get(ast.unparse(base), {})
            for field, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign):
                    fields[ast.unparse(field.target)] = _text(text)
            found[node.name] = fields
    return found


def _text(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return " ".join(str(node.value.value).split())
    raise SystemExit(f"line {node.lineno}: the field above has no text")


def taking(source: str, known: dict[str, Fields]) -> Iterator[tuple[ast.Expr, Fields, set[str]]]:
    """Yield docstring, options and own arguments of each function and dataclass that takes options."""
    lines = source.split("\n")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef):
            own = [ast.unparse(one.target) for one in node.body if isinstance(one, ast.AnnAssign)]
            fields = _given(node, known)
            if marked := MARKED.search(lines[node.lineno - 1]):
                texts = known[marked[1]]
                fields = {name: texts[name] for name in own if name in texts}
            first = node.body[0]
            if fields and isinstance(first, ast.Expr):
                yield first, fields, set(own) - set(fields)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.args.kwarg:
            named = re.fullmatch(
                r"Unpack\[(\w+)\]", ast.unparse(node.args.kwarg.annotation or node)
            )
            first = node.body[0]
            if ast.get_docstring(node) is None or not isinstance(first, ast.Expr):
                continue
            if named and named[1] in known:  # statistics describe their own options
                arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
                yield first, known[named[1]], {one.arg for one in arguments}


def _given(node: ast.ClassDef, known: dict[str, Fields]) -> Fields:
    """Return the options that `with_options(Group, ..., leave_out=(...))` gives a class."""
    fields: Fields = {}
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and ast.unparse(one.func) == "with_options":
            left_out = [name for word in one.keywords for name in ast.literal_eval(word.value)]
            for group in one.args:
                fields |= known[ast.unparse(group)]
            fields = {name: text for name, text in fields.items() if name not in left_out}
    return fields


def described(docstring: str, own: set[str], fields: Fields, width: int) -> str:
    """Return a docstring with an entry for each field after those of the function's own arguments."""
    head, args, tail = _split(docstring)
    kept = [entry for entry in args if entry.split(":")[0] in own]
    entries = [*kept, *(_entry(name, text, width) for name, text in fields.items())]
    block = "Args:\n" + textwrap.indent("\n".join(entries), "    ")
    return "\n\n".join(part for part in (head, block, tail) if part)


def _split(docstring: str) -> tuple[str, list[str], str]:
    sections = [match.start() for match in SECTION.finditer(docstring)]
    first = sections[0] if sections else len(docstring)
    head, rest = docstring[:first].strip(), docstring[first:]
    if not rest.startswith("Args:"):
        return head, [], rest.strip()
    end = sections[1] - first if len(sections) > 1 else len(rest)
    lines = textwrap.dedent(rest[len("Args:") : end].strip("\n")).rstrip()
    return head, re.split(r"\n(?=\S)", lines), rest[end:].strip()


def _entry(name: str, text: str, width: int) -> str:
    return textwrap.fill(
        f"{name}: {text}", width, subsequent_indent="    ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def rewritten(source: str, known: dict[str, Fields]) -> str:
    """Return a module with the docstrings of functions that take options brought up to date."""
    lines = source.split("\n")
    for node, fields, own in sorted(taking(source, known), key=lambda found: -found[0].lineno):
        assert isinstance(node.value, ast.Constant)
        assert node.end_lineno is not None
        indent = " " * node.col_offset
        plain = ast.literal_eval(ast.unparse(node.value))
        text = described(_dedented(plain), own, fields, WIDTH - len(indent) - 4)
        body = textwrap.indent(f'"""{text}\n"""', indent).split("\n")
        lines[node.lineno - 1 : node.end_lineno] = body
    return "\n".join(lines)


def _dedented(docstring: str) -> str:
    first, _, rest = docstring.partition("\n")
    return f"{first}\n{textwrap.dedent(rest)}".strip()


def with_examples(path: Path, source: str) -> str:
    """Return a module of builders, each with the call that the example of the client's method makes."""
    found = client_calls(path.stem)
    lines = source.split("\n")
    for node in reversed(ast.parse(source).body):
        if not isinstance(node, ast.FunctionDef) or node.name not in found:
            continue
        text = node.body[0]
        assert text.end_lineno is not None
        plain = _dedented(ast.get_docstring(node) or "").partition("\n\nExample:\n")[0]
        code = textwrap.indent(f"call = {found[node.name]}", "    ")
        body = textwrap.indent(f'"""{plain}\n\nExample:\n{code}\n"""', "    ").split("\n")
        lines[text.lineno - 1 : text.end_lineno] = body
    return "\n".join(lines)


def client_calls(resource: str) -> Fields:
    """Return, by method, the call that the example of each method of a resource makes."""
    tree = ast.parse((MIDA / "_async" / f"{resource}.py").read_text("utf-8"))
    found: Fields = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        name = f"mida.{resource}.{node.name}"
        example = textwrap.dedent((ast.get_docstring(node) or "").partition("Example:\n")[2])
        for call in ast.walk(ast.parse(example)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == name:
                names = {one.id for one in ast.walk(call) if isinstance(one, ast.Name)}
                if names == {"mida"}:
                    text = ast.get_source_segment(example, call) or ""
                    found[node.name] = text.replace("mida.", "calls.", 1)
    return found


def main() -> int:
    """Write the docstrings, or say which of them differ."""
    known = meanings()
    stale = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        if "_sync" in path.parts:
            continue
        source = path.read_text(encoding="utf-8")
        takes = "Unpack[" in source or "with_options(" in source or MARKED.search(source)
        text = rewritten(source, known) if takes else source
        if path.parent == MIDA / "calls" and (MIDA / "_async" / path.name).exists():
            text = with_examples(path, text)
        if text != source:
            stale.append(str(path.relative_to(ROOT)))
            if "--check" not in sys.argv[1:]:
                path.write_text(text, encoding="utf-8")
    if "--check" not in sys.argv[1:]:
        return 0
    print("\n".join(f"{path}: run python scripts/option_docs.py" for path in stale) or "in step")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
