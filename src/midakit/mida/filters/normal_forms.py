"""Normal forms: an expression as an AND of ORs (CNF) or an OR of ANDs (DNF) (pure).

Distribution can blow up exponentially, so the number of clauses is counted before they are built, and
past a sane size the expression is refused with the count.
"""

from itertools import product
from typing import Any

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import Expression, Many

MOST = 512
"""Clauses; a request line of 8 KB ends well before."""

Clauses = list[tuple[Any, ...]]


def conjunctive(expression: Expression) -> Clauses:
    """An AND of ORs."""
    return _clauses(expression, joins=expression.and_, field="where")


def disjunctive(expression: Expression) -> Clauses:
    """An OR of ANDs."""
    return _clauses(expression, joins=expression.or_, field="event_where")


def _clauses(expression: Expression, *, joins: Any, field: str) -> Clauses:
    count = _count(expression, joins)
    if count > MOST:
        raise InvalidRequest(field, f"it would take {count} groups, more than {MOST}; split it up")
    return _absorbed(_build(expression, joins))


def _count(expression: Expression, joins: Any) -> int:
    if not isinstance(expression, Many):
        return 1
    counts = [_count(part, joins) for part in expression.parts]
    if isinstance(expression, joins):
        return sum(counts)
    total = 1
    for count in counts:
        total *= count
    return total


def _build(expression: Expression, joins: Any) -> Clauses:
    if not isinstance(expression, Many):
        return [(expression,)]
    parts = [_build(part, joins) for part in expression.parts]
    if isinstance(expression, joins):
        return [clause for clauses in parts for clause in clauses]
    return [_unique(sum(choice, ())) for choice in product(*parts)]


def _unique(clause: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple({_identity(one): one for one in clause}.values())


def _identity(condition: Any) -> Any:
    """Conditions by what is sent: 1, 1.0 and True compare equal and are not the same."""
    return (
        condition.criteria,
        condition.operator,
        condition.key,
        type(condition.value),
        condition.value,
    )


def _absorbed(clauses: Clauses) -> Clauses:
    """Without duplicates and without clauses that a smaller one implies."""
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
