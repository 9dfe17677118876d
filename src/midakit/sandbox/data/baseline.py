"""Rows as the columns of a baseline: ids in order, places of visitors, money worked out."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from midakit.sandbox.state.columns import MISSING, Array, Words
from midakit.sandbox.state.money import worth_of_rows
from midakit.sandbox.state.tables import ASSIGNMENTS, EVENTS, VISITORS, Cells, places_of
from midakit.sandbox.state.visits_file import Baseline, Rates

_KINDS = {"visitors": VISITORS, "assignments": ASSIGNMENTS, "events": EVENTS}
_WORKED_OUT = ("visitor", "next_at", "revenue", "quantity", "cogs")


class ColumnsOfRows:
    """Rows that arrive one by one, kept as columns; a text is kept as the number of its word."""

    def __init__(self) -> None:
        self._cells: dict[str, dict[str, list[Any]]] = {
            table: {name: [] for name in kinds if name not in _WORKED_OUT}
            for table, kinds in _KINDS.items()
        }
        self._words = {
            table: {name: Words() for name, kind in kinds.items() if kind == "text"}
            for table, kinds in _KINDS.items()
        }

    def add(self, table: str, row: dict[str, Any]) -> None:
        """Add a row.

        Args:
            table: `visitors`, `assignments` or `events`.
            row: Its cells by column name.
        """
        words = self._words[table]
        for name, cells in self._cells[table].items():
            cells.append(words[name].add(row[name]) if name in words else row[name])

    def fill(self, table: str, name: str, text: str) -> None:
        """Put a text where a column misses one.

        Args:
            table: The table.
            name: The column.
            text: The text.
        """
        number, cells = self._words[table][name].add(text), self._cells[table]
        cells[name] = [cell or number for cell in cells[name]]

    def columns(self, table: str, by: str | None = None) -> dict[str, Cells]:
        """Return the columns of a table.

        Args:
            table: Its name.
            by: The column that they are put in order by; None leaves them as they came.

        Returns:
            The columns.
        """
        kinds, words = _KINDS[table], self._words[table]
        found: dict[str, Array] = {
            name: np.array(cells, "int32" if name in words else kinds[name])
            for name, cells in self._cells[table].items()
        }
        if by is not None:
            order = np.argsort(found[by], kind="stable")
            found = {name: cells[order] for name, cells in found.items()}
        return {
            name: (cells, words[name].present()) if name in words else cells
            for name, cells in found.items()
        }


def baseline_of(rows: ColumnsOfRows, project_key: str, rates: Rates) -> Baseline:
    """Return rows as a baseline.

    Args:
        rows: The rows, in any order.
        project_key: The project of visitors that name none.
        rates: The exchange rates.

    Returns:
        The baseline.

    Raises:
        ValueError: Two visitors have one id.
    """
    rows.fill("visitors", "project_key", project_key)
    visitors = rows.columns("visitors", "visitor_id")
    ids = _numbers(visitors, "visitor_id")
    if (twice := np.flatnonzero(ids[1:] == ids[:-1])).size:
        raise ValueError(f"visitor_id {ids[twice[0]]} comes twice")
    return {
        "visitors": visitors,
        "assignments": finish_assignments(rows.columns("assignments"), ids),
        "events": finish_events(rows.columns("events", "event_id"), visitors, rates),
    }


def finish_assignments(columns: Mapping[str, Cells], visitor_ids: Array) -> dict[str, Cells]:
    """Keep the first assignment per test, visitor and side of the serving, and say when it ended.

    Args:
        columns: The assignments.
        visitor_ids: The ids of all visitors, ascending.

    Returns:
        All columns, by test, visitor and side.
    """
    names = ("variant", "entered_at", "is_serving", "visitor_id", "test_id")
    order = np.lexsort([_numbers(columns, name) for name in names])
    _, _, serving, visitor, test = (_numbers(columns, name)[order] for name in names)
    first = np.ones(len(order), bool)
    first[1:] = (test[1:] != test[:-1]) | (visitor[1:] != visitor[:-1])
    first[1:] |= serving[1:] != serving[:-1]
    found = {name: _numbers(columns, name)[order[first]] for name in columns}
    entered, visitor, test = found["entered_at"], found["visitor_id"], found["test_id"]
    by_time = np.lexsort((found["is_serving"], entered, visitor, test))
    after = by_time[1:]
    same = (test[after] == test[by_time[:-1]]) & (visitor[after] == visitor[by_time[:-1]])
    left = np.full(len(test), MISSING, "int64")
    left[by_time[:-1][same]] = entered[after[same]]
    return {**found, "next_at": left, "visitor": places_of(visitor, visitor_ids)}


def finish_events(
    columns: Mapping[str, Cells], visitors: Mapping[str, Cells], rates: Rates
) -> dict[str, Cells]:
    """Add the place of each event's visitor, and what the event is worth.

    Args:
        columns: The events.
        visitors: The visitors.
        rates: The exchange rates.

    Returns:
        All columns.
    """
    visitor = places_of(_numbers(columns, "visitor_id"), _numbers(visitors, "visitor_id"))
    numbers, keys = _pair(visitors["project_key"])
    projects = np.append(numbers, 0)[visitor]  # place -1 is the last one: an unknown visitor
    properties, texts = _pair(columns["event_property"])
    revenue, quantity, cogs = worth_of_rows(properties, Words(texts), projects, ["", *keys], rates)
    return {**columns, "visitor": visitor, "revenue": revenue, "quantity": quantity, "cogs": cogs}


def _numbers(columns: Mapping[str, Cells], name: str) -> Array:
    """Return a column of numbers."""
    cells = columns[name]
    assert not isinstance(cells, tuple)
    return cells


def _pair(cells: Cells) -> tuple[Array, list[str]]:
    """Return a column of texts."""
    assert isinstance(cells, tuple)
    return cells
