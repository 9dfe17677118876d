"""Models as types of pydantic, so that FastAPI returns them and shows their fields.

pydantic asks a class for its schema when it first meets the class, and is not imported before.

- An object of the class is taken as it is.
- A dict or JSON is validated; what the contract promises must be in it.
- Written are the documented fields with their types. What else the server sent is in `to_dict()`.
"""

import ast
import inspect
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING, Any, NamedTuple

import attrs

from midakit.core.models.locate import is_list, may_be_none
from midakit.core.models.places import Placed

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core.core_schema import CoreSchema


class SchemaField(NamedTuple):
    """A field of a model as a schema has it."""

    name: str
    kind: Any
    """Its type, by the contract."""
    is_lazy: bool = False
    """True where the model cannot be made with it."""


def model_schema(
    cls: type[Placed], handler: "GetCoreSchemaHandler", lazy: type[Any]
) -> "CoreSchema":
    """Return the schema of a model.

    Args:
        cls: The class of the model.
        handler: Makes the schemas of its fields.
        lazy: The class of fields that are decoded when they are read.
    """
    from pydantic_core import core_schema

    made: Any = cls
    own = [SchemaField(field.name, field.type) for field in attrs.fields(made)]
    rare = [
        SchemaField(name, one.kind | None, is_lazy=True)
        for name, one in inspect.getmembers_static(cls, lambda one: isinstance(one, lazy))
    ]
    told = descriptions(made)

    def kept(kind: Any) -> "CoreSchema":
        """Write None where a server broke its promise, without showing that of single values."""
        promised: Any = handler.generate_schema(kind)
        if may_be_none(kind):
            return promised  # type: ignore[no-any-return]
        if promised["type"] == "definition-ref":  # pydantic may not know it yet
            return core_schema.nullable_schema(promised)
        shown = {"pydantic_js_functions": [lambda outer, described: described(outer["schema"])]}
        return core_schema.nullable_schema(promised, metadata=shown)

    def typed(shown: list[SchemaField], *, writing: bool) -> "CoreSchema":
        made = {
            one.name: core_schema.typed_dict_field(
                kept(one.kind) if writing else handler.generate_schema(one.kind),
                required=not may_be_none(one.kind) and (writing or not is_list(one.kind)),
                metadata={"pydantic_js_updates": {"description": told.get(one.name, one.name)}},
            )
            for one in shown
        }
        return core_schema.typed_dict_schema(made, cls_name=cls.__name__)

    def read(value: Any, validated: Callable[[Any], Any]) -> Placed:
        return value if isinstance(value, cls) else cls(**validated(value))

    def written(model: Placed) -> dict[str, Any]:
        return {one.name: getattr(model, one.name) for one in (*own, *rare)}

    return core_schema.no_info_wrap_validator_function(
        read,
        typed(own, writing=False),
        serialization=core_schema.plain_serializer_function_ser_schema(
            written, return_schema=typed([*own, *rare], writing=True)
        ),
        metadata={"pydantic_js_updates": {"title": cls.__name__, "description": cls.__doc__}},
        ref=f"{cls.__module__}.{cls.__qualname__}:{id(cls)}",
    )


@cache
def descriptions(cls: type[Any]) -> dict[str, str]:
    """Return what the docstrings below the fields of a class say, those of its bases included.

    Args:
        cls: The class; one without source code adds nothing.
    """
    found: dict[str, str] = {}
    for one in reversed(cls.__mro__[:-1]):
        try:
            (made,) = ast.parse(dedent(inspect.getsource(one))).body
        except (OSError, TypeError):
            continue
        body = made.body if isinstance(made, ast.ClassDef) else []
        for node, after in pairwise(body):
            match node, after:
                case (
                    ast.AnnAssign(target=ast.Name(id=name))
                    | ast.Assign(targets=[ast.Name(id=name)]),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = " ".join(text.split())
    return found
