"""Normal forms: an expression as an AND of ORs (CNF) or an OR of ANDs (DNF) (pure).

The number of clauses can grow exponentially, so it is counted before they are built; an expression
that would take too many is refused with the count.
"""

from itertools import product
from typing import Any

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import Condition, Expression, Joined

MOST = 512
"""The most clauses of an expression; far fewer already fill a request line of 8 KB."""

Clause = tuple[Condition, ...]
Clauses = list[Clause]


def conjunctive(expression: Expression) -> Clauses:
    """Return an expression as an AND of ORs.

    Args:
        expression: Any expression.

    Returns:
        The clauses: each is a tuple of conditions of which one must hold.

    Raises:
        InvalidRequest: It would take more than `MOST` clauses.
    """
    return _clauses(expression, joins=expression.and_, field="where")


def disjunctive(expression: Expression) -> Clauses:
    """Return an expression as an OR of ANDs.

    Args:
        expression: Any expression.

    Returns:
        The clauses: each is a tuple of conditions that must all hold.

    Raises:
        InvalidRequest: It would take more than `MOST` clauses.
    """
    return _clauses(expression, joins=expression.or_, field="event_where")


def _clauses(expression: Expression, *, joins: type[Joined], field: str) -> Clauses:
    count = _count(expression, joins)
    if count > MOST:
        raise InvalidRequest(field, f"it needs {count} groups, more than {MOST}; split it up")
    return _absorbed(_build(expression, joins))


def _count(expression: Expression, joins: type[Joined]) -> int:
    if not isinstance(expression, Joined):
        return 1
    counts = [_count(part, joins) for part in expression.parts]
    if isinstance(expression, joins):
        return sum(counts)
    total = 1
    for count in counts:
        total *= count
    return total


def _build(expression: Expression, joins: type[Joined]) -> Clauses:
    if not isinstance(expression, Joined):
        assert isinstance(expression, Condition)
        return [(expression,)]
    parts = [_build(part, joins) for part in expression.parts]
    if isinstance(expression, joins):
        return [clause for clauses in parts for clause in clauses]
    return [_unique(sum(choice, ())) for choice in product(*parts)]


def _unique(clause: Clause) -> Clause:
    return tuple({_identity(one): one for one in clause}.values())


def _identity(condition: Condition) -> tuple[Any, ...]:
    """Tell conditions apart by what is sent: 1, 1.0 and True compare equal and are not the same."""
    return (
        condition.criteria,
        condition.operator,
        condition.key,
        type(condition.value),
        condition.value,
    )


def _absorbed(clauses: Clauses) -> Clauses:
    """Leave out duplicates, and clauses that a smaller one implies."""
    sets = [frozenset(map(_identity, clause)) for clause in clauses]
    kept: Clauses = []
    for at, clause in enumerate(clauses):
        implied = any(
            other < sets[at] or (other == sets[at] and place < at)
            for place, other in enumerate(sets)
        )
        if not implied:
            kept.append(_unique(clause))
    return kept
