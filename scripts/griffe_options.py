"""Shows the options of a function by name on the documentation site, as `inspect.signature` does.

It also shows the examples of docstrings as code: in the source they are plain lines under `Example:`.

griffe reads source and not signatures, and its own extension for unpacked `TypedDict`s knows neither
inherited fields nor defaults.
"""

import inspect
import re
from importlib import import_module
from typing import Any

import griffe

EXAMPLE = re.compile(r"^Example:\n((?:[ ]{4}.*\n?|\n)+)", re.MULTILINE)


class Options(griffe.Extension):
    """Takes the signature from the function itself where `expand_options` has set one."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Put the lines of an example between fences.

        Args:
            obj: The object as griffe has read it.
        """
        if obj.docstring is not None:
            obj.docstring.value = EXAMPLE.sub(_fenced, obj.docstring.value)

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Replace `**options` by the options.

        Args:
            func: The function as griffe has read it.
        """
        if not any("expand_options" in str(decorator.value) for decorator in func.decorators):
            return
        found: Any = import_module(func.module.path)
        for name in func.path.removeprefix(f"{func.module.path}.").split("."):
            found = getattr(found, name)
        options = [
            griffe.Parameter(
                parameter.name,
                annotation=_plain(parameter.annotation),
                kind=griffe.ParameterKind.keyword_only,
                default=repr(parameter.default),
            )
            for parameter in inspect.signature(found).parameters.values()
            if parameter.name not in func.parameters
        ]
        named = [one for one in func.parameters if one.kind is not griffe.ParameterKind.var_keyword]
        func.parameters = griffe.Parameters(*named, *options)


def _fenced(example: re.Match[str]) -> str:
    code = example[1].rstrip()
    return example[0] if "```" in code else f"Example:\n    ```python\n{code}\n    ```\n\n"


def _plain(annotation: Any) -> str:
    """Return a type as it is written, without the modules of its names."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b[a-z_]+(\.[a-z_]+)*\.(?=[A-Za-z])", "", text)
