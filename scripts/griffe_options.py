"""Shows the options of a function by name on the documentation site, as `inspect.signature` does.

It also shows the examples of docstrings as code: in the source they are plain lines under `Example:`.
And it tells the arguments of classes that attrs makes, which griffe does not know.

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

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        """Tell the arguments of a class that attrs makes.

        Args:
            cls: The class as griffe has read it.
        """
        if any("attrs." in str(decorator.value) for decorator in cls.decorators):
            made = griffe.Function("__init__", parameters=griffe.Parameters(*_signature(cls)))
            cls.set_member("__init__", made)

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        """Replace `**options` by the options.

        Args:
            func: The function as griffe has read it.
        """
        if not any("expand_options" in str(decorator.value) for decorator in func.decorators):
            return
        options = [one for one in _signature(func) if one.name not in func.parameters]
        named = [one for one in func.parameters if one.kind is not griffe.ParameterKind.var_keyword]
        func.parameters = griffe.Parameters(*named, *options)


def _signature(shown: griffe.Object) -> list[griffe.Parameter]:
    """Return the parameters that a function or class has at run time, without `self`."""
    found: Any = import_module(shown.module.path)
    for name in shown.path.removeprefix(f"{shown.module.path}.").split("."):
        found = getattr(found, name)
    return [
        griffe.Parameter(
            parameter.name,
            annotation=_plain(parameter.annotation),
            kind=griffe.ParameterKind.keyword_only,
            default=None if parameter.default is parameter.empty else repr(parameter.default),
        )
        for parameter in inspect.signature(found).parameters.values()
    ]


def _fenced(example: re.Match[str]) -> str:
    code = example[1].rstrip()
    return example[0] if "```" in code else f"Example:\n    ```python\n{code}\n    ```\n\n"


def _plain(annotation: Any) -> str:
    """Return a type as it is written, without the modules of its names."""
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    return re.sub(r"\b[a-z_]+(\.[a-z_]+)*\.(?=[A-Za-z])", "", text)
