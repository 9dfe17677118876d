"""What a migration makes of another service's metrics and experiments."""

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from midakit.ascode.names import free_name


@attrs.frozen
class Note:
    """Something that could not be mapped, or not as it was."""

    what: str
    """The file that it is about, or the name that the other service gives it."""
    text: str
    """What was lost, and why."""
    left_out: bool = False
    """True when nothing of it was mapped."""


@attrs.define
class Migrated:
    """Documents for files, and notes about what is not in them."""

    documents: dict[str, dict[str, dict[str, Any]]] = attrs.field(
        factory=lambda: {"goal": {}, "experiment": {}}
    )
    """By kind, then by the name of the file."""
    notes: list[Note] = attrs.field(factory=list)
    """In the order in which they were found."""

    def add(self, kind: str, name: str, document: dict[str, Any], losses: list[str]) -> str:
        """Add a file and what got lost on the way.

        Args:
            kind: `goal` or `experiment`.
            name: What the other service calls it.
            document: The content of the file.
            losses: What could not be mapped.

        Returns:
            The name of the file.
        """
        files = self.documents[kind]
        file = free_name(name, files)
        files[file] = document
        self.notes += [Note(f"{kind}s/{file}", text) for text in losses]
        return file

    def each(self, what: str, rows: Iterable[Any], read: Callable[[Any], None]) -> None:
        """Map the objects of a list; one that cannot be read is left out, and spoils no other.

        Args:
            what: Word for one of them, such as `metric`.
            rows: What the other service sent.
            read: Maps one.
        """
        for row in rows:
            try:
                read(row)
            except (AttributeError, KeyError, TypeError, ValueError):
                known = row if isinstance(row, dict) else {}
                name = known.get("name") or known.get("key") or known.get("id") or "unnamed"
                self.leave_out(f"{what} {name}", "its description has a form that is not known")

    def leave_out(self, what: str, why: str) -> None:
        """Note something of which nothing was mapped.

        Args:
            what: What the other service calls it.
            why: The reason.
        """
        self.notes.append(Note(what, why, left_out=True))

    def notes_of(self, kind: str, name: str) -> list[str]:
        """Return the notes about one file.

        Args:
            kind: `goal` or `experiment`.
            name: Name of the file.
        """
        return [one.text for one in self.notes if one.what == f"{kind}s/{name}"]

    def to_dict(self) -> dict[str, Any]:
        """Return the files' names and the notes as JSON values."""
        return {
            "files": [
                f"{kind}s/{name}" for kind, files in self.documents.items() for name in files
            ],
            "notes": [attrs.asdict(one) for one in self.notes],
        }


def weights(shares: list[float]) -> dict[str, float] | None:
    """Return shares of variants as Mida's `distribution`, in percent; None where they are even.

    Args:
        shares: Any numbers in proportion, Control first.
    """
    total = sum(shares)
    if total <= 0 or max(shares) - min(shares) < 1e-9 * total:
        return None
    percents = [round(100 * one / total, 2) for one in shares]
    percents[-1] = round(100 - sum(percents[:-1]), 2)
    return {str(place): shortest(one) for place, one in enumerate(percents)}


def shortest(value: float) -> float:
    """Return a number as people write it: 80 and not 80.0.

    Args:
        value: Any number.
    """
    return int(value) if value.is_integer() else value
