"""Conveniences that live higher up: the only place where the core looks upward.

A class names the verb, this table names its home, and the home is imported when the verb is used:

    to_arrow = Verb("to_arrow")
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from midakit.errors import MissingExtra

VERBS = {
    "to_arrow": "midakit.export.rows.frames:to_arrow",
    "to_polars": "midakit.export.rows.frames:to_polars",
    "to_pandas": "midakit.export.rows.frames:to_pandas",
    "plot": "midakit.report.notebook:plot",
    "_repr_html_": "midakit.report.notebook:to_html",
    "export": "midakit.export.verbs:export",
    "aexport": "midakit.export.verbs:aexport",
    "report": "midakit.report.api:report",
    "areport": "midakit.report.api:areport",
}
"""Verb -> module:function; the module's package is also the extra that brings what it needs."""


def resolve(name: str) -> Callable[..., Any]:
    """The function behind a verb; MissingExtra when something it imports is not installed."""
    module, _, function = VERBS[name].partition(":")
    try:
        found: Callable[..., Any] = getattr(import_module(module), function)
    except MissingExtra:
        raise
    except ImportError as error:
        extra = module.split(".")[1]
        raise MissingExtra(
            f"{name} needs {error.name}; run: pip install 'midakit[{extra}]'", name=error.name
        ) from error
    return found


def bind(subject: Any, name: str) -> Callable[..., Any]:
    """The verb, bound to what it is used on."""
    return partial(resolve(name), subject)


class Verb:
    """A method whose code is found when it is first asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        if instance is None:
            return self
        try:
            return bind(instance, self.name)
        except MissingExtra as error:
            if self.name.startswith("_"):  # a notebook then falls back to the plain repr
                raise AttributeError(self.name) from error
            raise
