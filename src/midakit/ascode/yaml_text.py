"""YAML as people write it: read in its safe half, and rewritten without losing comments and order.

Text is not reinterpreted: `NO` is a country and not false, `10:30` a time and not 630, `2026-01-01` a text,
and `01234` a postal code.
"""

import re
from io import StringIO
from typing import Any

from midakit.core.extras import need
from midakit.errors import InvalidRequest

PLAIN = (
    ("tag:yaml.org,2002:null", r"(?:~|null|Null|NULL|)", "~nN\0"),
    ("tag:yaml.org,2002:bool", r"(?:true|True|TRUE|false|False|FALSE)", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?",
        "-+0123456789",
    ),
)


def parse(text: str, source: str) -> Any:
    """YAML, and with it JSON; errors name the line.

    Args:
        text: YAML or JSON.
        source: The name of the file, or `-` for stdin; errors name it.
    """
    yaml = need("yaml", extra="cli")
    try:
        return yaml.load(text, Loader=_loader(yaml))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise InvalidRequest(source, f"{where}{problem}") from None
    except RecursionError:
        raise InvalidRequest(source, "is nested too deeply") from None


def _loader(yaml: Any) -> Any:
    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Safe, without aliases, without names that stand twice, without YAML 1.1's surprises."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark
                raise yaml.MarkedYAMLError(
                    problem="YAML aliases are not supported", problem_mark=mark
                )
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen: set[Any] = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    problem = "a name must be text, not a list or object"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                if key.value in seen:
                    problem = f"{key.value!r} is given twice"
                    raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
                seen.add(key.value)
            return super().construct_mapping(node, deep)

    for tag, pattern, first in PLAIN:
        letters = ["" if letter == "\0" else letter for letter in first]
        Loader.add_implicit_resolver(tag, re.compile(f"^{pattern}$"), letters)
    return Loader


def write(document: Any, heading: str = "") -> str:
    """Return the text of a new file.

    Args:
        document: Plain JSON values.
        heading: Comment lines above it.
    """
    return heading + _text(_writer(), _styled(document))


def rewrite(text: str, document: dict[str, Any], source: str) -> str:
    """Return a file's text with another content; comments, order and spelling stay where they can.

    Args:
        text: The text of the file.
        document: The new content.
        source: Name of the file, for errors.

    Raises:
        InvalidRequest: The text is not YAML.
    """
    if parse(text, source) == document:
        return text
    writer = _writer()
    kept = writer.load(text)
    if not isinstance(kept, dict):
        return write(document)
    _put(kept, document, parse(text, source))
    return _text(writer, kept)


def _put(kept: Any, document: Any, before: Any) -> None:
    """Write the values that differ into what keeps the comments."""
    for name in [name for name in kept if name not in document]:
        del kept[name]
    for name, value in document.items():
        if name not in kept or name not in before:
            kept[name] = _styled(value)
        elif isinstance(value, dict) and isinstance(before[name], dict) and value:
            _put(kept[name], value, before[name])
        elif value != before[name] or type(value) is not type(before[name]):
            _put_value(kept, name, value, before[name])


def _put_value(kept: Any, name: Any, value: Any, before: Any) -> None:
    """Replace a value; a list of objects keeps the comments of those that stay at their place."""
    lists = isinstance(value, list) and isinstance(before, list) and bool(value)
    if not lists or not all(isinstance(one, dict) for one in (*value, *before)):
        kept[name] = _styled(value)
        return
    held = kept[name]
    del held[len(value) :]
    for place, one in enumerate(value):
        if place < len(held):
            _put(held[place], one, before[place])
        else:
            held.append(_styled(one))


def _styled(value: Any) -> Any:
    """Return a value in the form that reads best: texts of several lines as blocks."""
    scalars = need("ruamel.yaml.scalarstring", extra="ascode")
    if isinstance(value, str) and _is_block(value):
        return scalars.LiteralScalarString(value)
    if isinstance(value, dict):
        return {name: _styled(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_styled(one) for one in value]
    return value


def _is_block(text: str) -> bool:
    """Tell whether YAML's block style gives a text of several lines back byte for byte."""
    lines = text.removesuffix("\n").split("\n")
    plain = all(line.isprintable() and line == line.rstrip() for line in lines)
    return len(lines) > 1 and plain and lines[0] == lines[0].strip() != "" and lines[-1] != ""


def _writer() -> Any:
    yaml = need("ruamel.yaml", extra="ascode").YAML(typ="rt")
    yaml.width, yaml.allow_unicode, yaml.preserve_quotes = 4096, True, True
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _: True
    yaml.representer.add_representer(
        type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    return yaml


def _text(writer: Any, document: Any) -> str:
    out = StringIO()
    writer.dump(document, out)
    return out.getvalue()
