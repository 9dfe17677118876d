"""Putting metric batches back together (pure).

The contract leaves open whether `result_N` counts through the whole list or through the batch, and
whether `metric_definitions` names all or only the batch's. A row's number is therefore paired with
the definitions of its own answer, and an answer whose numbers fit neither reading is refused rather
than guessed at.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any


class UnmatchedNumbers(ValueError):
    """The numbers of an answer fit no reading of its definitions."""


def batches(total: int, size: int, *, done: int = 0) -> list[list[int]]:
    """Return the indexes that are still to be asked for, in groups.

    Args:
        total: How many definitions there are.
        size: How many of them make a group.
        done: How many at the start are answered already.
    """
    return [list(range(start, min(start + size, total))) for start in range(done, total, size)]


def match_numbers(
    asked: Sequence[int], definitions: Sequence[Any], numbers: Iterable[int], total: int
) -> dict[int, int]:
    """Tell which definition each `result_N` of an answer stands for.

    Args:
        asked: Indexes that were asked for, in the whole list.
        definitions: The definitions of the answer.
        numbers: The `N` of its results.
        total: How many definitions there are.

    Returns:
        `N` -> index in the whole list.

    Raises:
        UnmatchedNumbers: The numbers fit neither reading.
    """
    seen = set(numbers)
    whole = {index + 1: index for index in asked}
    placed = {place + 1: index for place, index in enumerate(asked)}
    if seen <= whole.keys() and len(definitions) >= total:
        return whole
    if seen <= placed.keys():
        return placed
    if seen <= whole.keys():
        return whole
    raise UnmatchedNumbers(
        f"the answer numbers its results {sorted(seen)}; asked for were the definitions {list(asked)}"
    )


def definitions_of(
    asked: Sequence[int], definitions: Sequence[Mapping[str, Any]], total: int
) -> dict[int, Mapping[str, Any]]:
    """Return the definitions that an answer tells, by their index in the whole list.

    Args:
        asked: Indexes that were asked for.
        definitions: The definitions of the answer.
        total: How many definitions there are.

    Raises:
        UnmatchedNumbers: The answer defines neither all metrics nor those asked for.
    """
    if len(definitions) >= total:
        return dict(enumerate(definitions))
    if len(definitions) == len(asked):
        return dict(zip(asked, definitions, strict=True))
    raise UnmatchedNumbers(
        f"the answer defines {len(definitions)} metrics; asked for were {len(asked)} of {total}"
    )


def merge(parts: Iterable[tuple[Sequence[int], Mapping[str, Any]]], total: int) -> dict[str, Any]:
    """Merge several answers into one body, numbered through the whole list.

    Args:
        parts: Pairs of the indexes asked for and the body of the answer.
        total: How many definitions there are.

    Raises:
        UnmatchedNumbers: The numbers of an answer fit no reading of its definitions.
    """
    merged: dict[str, Any] = {}
    rows: dict[str, dict[str, Any]] = {}
    known: dict[int, Mapping[str, Any]] = {}
    warnings: list[Any] = []
    for asked, body in parts:
        merged = merged or {
            key: value for key, value in body.items() if key not in ("metrics", "warnings")
        }
        definitions = body.get("metric_definitions") or []
        known |= definitions_of(asked, definitions, total)
        for row in body.get("metrics") or []:
            _merge_row(rows, row, asked, definitions, total)
        warnings += [item for item in body.get("warnings") or [] if item not in warnings]
    merged["metric_definitions"] = [known[index] for index in sorted(known)]
    merged["metric_count"] = total
    merged["metrics"] = list(rows.values())
    merged["count"] = len(rows)
    if warnings:
        merged["warnings"] = warnings
    return merged


def _merge_row(
    rows: dict[str, dict[str, Any]],
    row: Mapping[str, Any],
    asked: Sequence[int],
    definitions: Sequence[Any],
    total: int,
) -> None:
    numbered = {int(key[7:]): key for key in row if key.startswith("result_") and key[7:].isdigit()}
    places = match_numbers(asked, definitions, numbered, total)
    target = rows.setdefault(str(row.get("variant_id")), {})
    for key, value in row.items():
        if key not in numbered.values():
            target.setdefault(key, value)
    before, visitors = target.get("total"), row.get("total")
    if isinstance(before, int) and isinstance(visitors, int):
        # some came between the answers, and no metric may count more of them than there are
        target["total"] = max(before, visitors)
    for number, key in numbered.items():
        target[f"result_{places[number] + 1}"] = row[key]
