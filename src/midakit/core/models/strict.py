"""Find what an answer holds and the contract does not name, for `on_unknown="error"`."""

import re
from collections.abc import Iterator

from midakit.core.models.model import Model, fields, vocabulary_of
from midakit.core.models.places import Path


def objections(found: Model) -> Iterator[tuple[Path, str]]:
    """Give what did not fit, and every field and vocabulary value that the contract does not name.

    Args:
        found: The model of a whole answer.

    Yields:
        Where it stood, and a noun that says what it is.
    """
    for one in found.undecoded:
        yield one.path, one.reason
    yield from _unknowns(found, ())


def _unknowns(found: Model, path: Path) -> Iterator[tuple[Path, str]]:
    for key in found.extra:
        if not re.fullmatch(found._also, key):
            yield (*path, key), "an undocumented field"
    for field in fields(type(found)):
        here = (*path, field.name)
        value = getattr(found, field.name)
        vocabulary = vocabulary_of(type(found), field)
        if value is not None and (
            value not in list(vocabulary) if vocabulary else getattr(value, "known", True) is False
        ):
            yield here, "an undocumented value"
        if isinstance(value, Model):
            yield from _unknowns(value, here)
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, Model):
                yield from _unknowns(item, (*here, index))
