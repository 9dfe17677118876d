"""Writes the JSON schemas of experiments as code from the fields that the builders take.

    python scripts/ascode_schemas.py           write
    python scripts/ascode_schemas.py --check   say which are not up to date

Names and types come from the `TypedDict`s in `midakit.mida.fields` and from the inputs in
`midakit.mida.models`, meanings from the texts below their fields.
"""

import ast
import json
import sys
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Required, Union, get_args, get_origin, get_type_hints

import attrs

from midakit.ascode.documents import FIELDS, NOT_IN_FILES
from midakit.core.unset import Unset
from midakit.mida import models

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "src" / "midakit" / "ascode" / "schema_files"
TITLES = {
    "experiment": "An experiment of Mida",
    "goal": "A goal of Mida",
    "group": "An exclusion group of Mida",
    "project": "The defaults of a project of Mida",
}
WORDS: dict[str, Any] = {
    "goal_type": models.GoalType, "goal_purpose": models.GoalPurpose, "test_type": models.TestType,
}  # fmt: skip
NEEDED = {
    "experiment": ["test_name", "variants"],
    "goal": ["goal_key", "goal_name", "goal_type", "goal_value"],
    "group": ["name", "tests"],
    "project": [],
}
SPECIAL: dict[tuple[str, str], Any] = {
    ("group", "tests"): {
        "description": "Files of experiments, without `.yaml`: a list, which shares evenly, or percents by name.",
        "oneOf": [
            {"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True},
            {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 2},
        ],
    },
    ("experiment", "status"): {
        "description": "What the experiment shall be; left out, the server's state stays.",
        "enum": ["draft", "live", "inactive"],
    },
    ("project", "analysis_method"): {"enum": ["0", "1", 0, 1]},
    ("project", "frequentist_type"): {"enum": ["0", "2", 0, 2]},
}


def texts(path: Path) -> dict[str, dict[str, str]]:
    """Return the texts below the fields of every class of a module, inherited ones too."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef):
            own = {key: text for base in node.bases
                   for key, text in found.get(ast.unparse(base), {}).items()}  # fmt: skip
            for field, text in zip(node.body, node.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
                    own[ast.unparse(field.target)] = " ".join(ast.literal_eval(text.value).split())
            found[node.name] = own
    return found


MEANINGS = {
    **texts(ROOT / "src/midakit/mida/fields.py"),
    **texts(ROOT / "src/midakit/mida/models/inputs.py"),
}
NAMES = {
    "models": models, "Json": Mapping[str, Any], "Tests": Any, "Sequence": Sequence,
    "Mapping": Mapping, "date": date,
}  # fmt: skip


def schema(kind: str) -> dict[str, Any]:
    """Return the schema of one kind of file."""
    cls = FIELDS[kind]
    hints = get_type_hints(cls, localns=NAMES, include_extras=True)
    names = [name for name in cls.__annotations__ if name not in NOT_IN_FILES]
    names.sort(key=lambda name: name not in NEEDED[kind])
    parts = {name: SPECIAL.get((kind, name)) or of_type(hints[name], name) for name in names}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": TITLES[kind],
        "type": "object",
        "properties": {
            name: {"description": MEANINGS[cls.__name__].get(name, ""), **part}
            for name, part in parts.items()
        },
        "required": NEEDED[kind],
        "additionalProperties": False,
    }


def of_type(hint: Any, name: str = "") -> dict[str, Any]:
    """Return the schema of a type; what has no single shape takes anything."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Annotated, Required):
        return of_type(args[0], name)
    if name in WORDS:
        return {"enum": [one.value for one in WORDS[name]]}
    if origin in (Union, types.UnionType):
        return union([one for one in args if one is not Unset], name)
    if origin is Literal:
        return {"enum": list(args)}
    if isinstance(hint, type) and attrs.has(hint):
        return of_input(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [one.value for one in hint]}
    if origin is not None and issubclass(origin, Sequence):
        return {"type": "array", "items": of_type(args[0])}
    simple = {
        str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null",
        date: "string", datetime: "string",
    }  # fmt: skip
    if hint in simple:
        return {"type": simple[hint]}
    return {"type": "object"} if origin is not None and issubclass(origin, Mapping) else {}


def union(kinds: list[Any], name: str) -> dict[str, Any]:
    """Return the schema of several types; a dict beside an input is the input's own shape."""
    shapes: list[Any] = []
    if any(isinstance(one, type) and attrs.has(one) for one in kinds):
        kinds = [one for one in kinds if get_origin(one) is not Mapping]
    for one in kinds:
        if (shape := of_type(one, name)) not in shapes:
            shapes.append(shape)
    if {} in shapes:
        return {}
    plain = [one["type"] for one in shapes if list(one) == ["type"]]
    if len(plain) == len(shapes):
        return {"type": plain[0] if len(plain) == 1 else plain}
    return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}


def of_input(cls: type[Any]) -> dict[str, Any]:
    """Return the schema of an input, such as a variant."""
    hints = get_type_hints(cls, localns={**vars(models), **NAMES}, include_extras=True)
    told = MEANINGS.get(cls.__name__, {})
    fields_of = attrs.fields(cls)
    return {
        "type": "object",
        "properties": {
            one.name: {"description": told.get(one.name, ""), **of_type(hints[one.name], one.name)}
            for one in fields_of
        },
        "required": [one.name for one in fields_of if one.default is attrs.NOTHING],
        "additionalProperties": False,
    }


def main() -> int:
    """Write the files, or compare them."""
    stale = []
    for kind in FIELDS:
        file, new = OUT / f"{kind}.json", json.dumps(schema(kind), indent=2) + "\n"
        if not file.exists() or file.read_text("utf-8") != new:
            stale.append(file.name)
            if "--check" not in sys.argv:
                OUT.mkdir(exist_ok=True)
                file.write_text(new, "utf-8")
    if stale and "--check" in sys.argv:
        print(f"stale: {', '.join(stale)}; run python scripts/ascode_schemas.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
