"""The examples of docstrings as code: where they stand, what prepares them, and how they run.

An example is the `Example:` section of a class or function that a page of the reference shows. It runs
after the first `python` block of that page, which says what the names in the examples mean. The generated
blocking twin of an asynchronous example runs after the same block, rewritten by the same generator.
"""

import ast
import inspect
import sys
from typing import NamedTuple

from support.pages import ROOT, blocks

sys.path.append(str(ROOT / "scripts"))

import check_reference
import public_surface
import unasync


class DocstringExample(NamedTuple):
    """One example, and the page whose first block comes before it."""

    path: str
    page: str
    text: str
    blocking: bool

    def __str__(self):
        return self.path.removeprefix("midakit.")


def examples():
    """Every example of the reference, with the generated twins."""
    for shown in public_surface.surface():
        place = shown.place
        if text := text_of(place):
            yield DocstringExample(place.path, shown.page, text, blocking=False)
        if "._async." in place.path:
            names = ".".join(unasync.Mirror().name(name) for name in place.names)
            twin = public_surface.resolve(f"{place.module.replace('_async', '_sync')}.{names}")
            if text := text_of(twin):
                yield DocstringExample(twin.path, shown.page, text, blocking=True)


def text_of(place):
    """The code of a docstring's example."""
    return "\n".join(check_reference.section(place.docstring(), "Example")).strip()


def prepared(page, *, blocking):
    """The block that a page's examples start with, as blocking code where they are."""
    first = next(
        (
            one
            for one in blocks(ROOT / "docs" / "reference" / page)
            if one.language == "python" and not one.file
        ),
        None,
    )
    text = first.text if first else ""
    return unasync.Mirror().code(text) if blocking else text


def run(text, name, namespace, runner):
    """Execute code that may await at its top level."""
    code = compile(text, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    found = eval(code, namespace)  # our own docstrings
    if inspect.iscoroutine(found):
        runner.run(found)
