"""Conveniences that clients and models hand on to the tools above them, by name.

This table is the only place in the core that looks upward; nothing is imported before a verb is used.
"""

from functools import partial
from importlib import import_module
from typing import Any

VERBS = {
    "to_arrow": "midakit.export.frames:to_arrow",
    "to_polars": "midakit.export.frames:to_polars",
    "to_pandas": "midakit.export.frames:to_pandas",
    "plot": "midakit.report.notebook:plot",
    "_repr_html_": "midakit.report.notebook:to_html",
    "export": "midakit.export.verbs:export",
    "aexport": "midakit.export.verbs:aexport",
    "report": "midakit.report.verbs:report",
    "areport": "midakit.report.verbs:areport",
}


def resolve(name: str) -> Any:
    """The function behind a verb."""
    module, _, function = VERBS[name].partition(":")
    return getattr(import_module(module), function)


def bind(subject: Any, name: str) -> Any:
    """The verb, bound to what it is used on."""
    return partial(resolve(name), subject)
