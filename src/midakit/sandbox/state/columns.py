"""Columns of the visitor-level store: numbers, and texts as numbers of distinct words.

Rules they keep:

- A column only grows, and `cut` takes it back to an earlier length; only `set` changes a row in place.
- What was shared stays as it is for whoever has it: a column copies itself before it writes there.
- A word has one number for good; number 0 is the missing word. A rule is therefore tried once on
  each distinct word, and the answer for a million rows is a look-up by number: 2 ms in place of
  the 200 ms of comparing texts (`python -m benchmarks.sandbox_reports`).
- Whoever reads or writes a column holds the lock of the store.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from midakit.sandbox.state.memo import Memo
from midakit.sandbox.state.text_rules import member_text

Array = npt.NDArray[Any]
Rule = Callable[[str | None], bool]
"""A condition on one text; two that are equal have equal hashes."""
MISSING = -(2**63)
"""What stands for a missing number in a column of 64 bits."""
_RULES = 64


class Numbers:
    """A column of numbers.

    Args:
        kind: The numpy type of a cell.
    """

    def __init__(self, kind: str = "int64") -> None:
        self._cells: Array = np.empty(0, kind)
        self._size = 0
        self._shared = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> Array:
        """Every cell, as a view that is good for as long as the lock is held."""
        return self._cells[: self._size]

    def replace(self, cells: Array) -> None:
        """Replace every cell.

        Args:
            cells: The new cells; the column keeps them without copying where it can.
        """
        self._cells = np.ascontiguousarray(cells, self._cells.dtype)
        self._size = self._shared = len(self._cells)

    def share(self, size: int) -> Array:
        """Return the first cells; they stay as they are, whatever happens to the column.

        Args:
            size: How many cells.

        Returns:
            A view, for `replace` of this or another column.
        """
        self._shared = max(self._shared, size)
        return self._cells[:size]

    def extend(self, cells: Iterable[Any]) -> None:
        """Add cells at the end.

        Args:
            cells: The new cells.
        """
        added = np.asarray(cells, self._cells.dtype)
        size = self._size + len(added)
        if size > len(self._cells) or self._size < self._shared:
            larger = np.empty(max(size, len(self._cells) * 5 // 4, 16), self._cells.dtype)
            larger[: self._size] = self.values
            self._cells, self._shared = larger, 0
        self._cells[self._size : size] = added
        self._size = size

    def set(self, place: int, cell: Any) -> None:
        """Change one cell.

        Args:
            place: Its row.
            cell: The new value.
        """
        if place < self._shared:
            self._cells, self._shared = self._cells.copy(), 0
        self._cells[place] = cell

    def cut(self, size: int) -> None:
        """Take the column back to an earlier length.

        Args:
            size: How many cells stay.
        """
        self._size = min(size, self._size)


class Words:
    """Distinct texts, numbered from 1 in the order in which they came; 0 is the missing one."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts: list[str | None] = [None, *texts]
        self._numbers: dict[str, int] | None = None
        self._found: Memo[Array] = Memo(_RULES)
        self._members: Memo[Members] = Memo(_RULES)

    def __len__(self) -> int:
        return len(self.texts)

    def find(self, text: str | None) -> int:
        """Return the number of a word.

        Args:
            text: The word; None is the missing one.

        Returns:
            Its number, or -1 when there is no such word.
        """
        return 0 if text is None else self._index().get(text, -1)

    def add(self, text: str | None) -> int:
        """Return the number of a word, a new one if it is new.

        Args:
            text: The word; None is the missing one.

        Returns:
            Its number.
        """
        if text is None:
            return 0
        numbers = self._numbers or self._index()
        number = numbers.get(text)
        if number is None:
            number = numbers[text] = len(self.texts)
            self.texts.append(text)
        return number

    def cut(self, size: int) -> None:
        """Forget the words that came last.

        Args:
            size: How many stay, the missing one included.
        """
        if len(self.texts) > size:
            del self.texts[size:]
            self._numbers = None
            self._found.clear()
            self._members.clear()

    def copy(self) -> "Words":
        """Return words of their own, with all that is known about them."""
        fresh = Words(self.present())
        fresh._numbers = dict(self._numbers) if self._numbers else None
        fresh._found = self._found.copy()
        fresh._members = self._members.copy(lambda members: members.copy(fresh))
        return fresh

    def where(self, rule: Rule) -> Array:
        """Return for each word, by its number, whether a rule holds.

        Args:
            rule: The rule; it is tried once on each word.

        Returns:
            Booleans.
        """
        known = self._found.get(rule)
        start = 0 if known is None else len(known)
        if known is None or start < len(self.texts):
            fresh = np.fromiter(map(rule, self.texts[start:]), bool, len(self.texts) - start)
            known = fresh if known is None else np.concatenate((known, fresh))
            self._found.put(rule, known)
        return known

    def member(self, key: str, *, nested: bool = False) -> "Members":
        """Return the values that JSON objects have under a key.

        Args:
            key: The key.
            nested: Whether a key with dots also leads through objects.

        Returns:
            The values as words, with one number for each of these words.
        """
        found = self._members.get((key, nested))
        if found is None:
            found = Members(self, key, nested=nested)
            self._members.put((key, nested), found)
        return found

    def present(self, size: int | None = None) -> list[str]:
        """Return the words from number 1.

        Args:
            size: The number to end before; None is all of them.

        Returns:
            The words without the missing one.
        """
        return [text for text in self.texts[:size] if text is not None]

    def _index(self) -> dict[str, int]:
        """Return the numbers by word; built when it is first asked for."""
        if self._numbers is None:
            self._numbers = {text: place for place, text in enumerate(self.present(), 1)}
        return self._numbers


class Members:
    """What JSON texts have under one key, worked out once for each distinct text.

    Args:
        parents: The JSON texts.
        key: The key.
        nested: Whether a key with dots also leads through objects.
    """

    def __init__(self, parents: Words, key: str, *, nested: bool) -> None:
        self._parents = parents
        self._key, self._nested = key, nested
        self._words = Words()
        self._numbers = Numbers("int32")

    def copy(self, parents: Words) -> "Members":
        """Return the same for a copy of the JSON texts.

        Args:
            parents: The copy.

        Returns:
            Members that know what these know.
        """
        fresh = Members(parents, self._key, nested=self._nested)
        fresh._words = self._words.copy()
        fresh._numbers.replace(self._numbers.share(len(self._numbers)))
        return fresh

    def where(self, rule: Rule) -> Array:
        """Return for each JSON text, by its number, whether a rule holds for its member.

        Args:
            rule: The rule.

        Returns:
            Booleans.
        """
        later = self._parents.texts[len(self._numbers) :]
        self._numbers.extend(
            [self._words.add(member_text(text, self._key, nested=self._nested)) for text in later]
        )
        return self._words.where(rule)[self._numbers.values]


class Texts:
    """A column of texts: the number of its word in each row."""

    def __init__(self) -> None:
        self.words = Words()
        self.numbers = Numbers("int32")
        self._shares_words = False

    def __len__(self) -> int:
        return len(self.numbers)

    def text(self, row: int) -> str | None:
        """Return the text of a row.

        Args:
            row: The row.

        Returns:
            The text, or None where it is missing.
        """
        return self.words.texts[int(self.numbers.values[row])]

    def replace(self, numbers: Array, words: Iterable[str] | Words) -> None:
        """Replace the whole column.

        Args:
            numbers: The number of the word in each row; 0 is a missing one.
            words: The words from number 1, or what `share` returned.
        """
        self._shares_words = isinstance(words, Words)
        self.words = words if isinstance(words, Words) else Words(words)
        self.numbers.replace(numbers)

    def share(self, size: int) -> tuple[Array, Words]:
        """Return the first rows; they stay as they are, whatever happens to the column.

        Args:
            size: How many rows.

        Returns:
            The numbers of their words, and the words, for `replace`.
        """
        self._shares_words = True
        return self.numbers.share(size), self.words

    def extend(self, texts: Iterable[str | None]) -> None:
        """Add rows at the end.

        Args:
            texts: Their texts.
        """
        added = list(texts)
        if self._shares_words and any(self.words.find(text) < 0 for text in added):
            self._own_words()
        self.numbers.extend([self.words.add(text) for text in added])

    def set(self, place: int, text: str) -> None:
        """Change one cell.

        Args:
            place: Its row.
            text: The new text.
        """
        if self._shares_words and self.words.find(text) < 0:
            self._own_words()
        self.numbers.set(place, self.words.add(text))

    def cut(self, size: int, words: int) -> None:
        """Take the column back to an earlier length.

        Args:
            size: How many rows stay.
            words: How many words stay, the missing one included.
        """
        self.numbers.cut(size)
        if self._shares_words and len(self.words) > words:
            self._own_words()
        self.words.cut(words)

    def _own_words(self) -> None:
        """Copy the words, which others have too."""
        self.words, self._shares_words = self.words.copy(), False


Column = Numbers | Texts
