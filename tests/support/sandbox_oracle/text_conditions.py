"""The text rules [2], as SQL over one stored expression.

Missing is null or "". Equality is numeric when both sides are numbers, else it ignores case, as
does "contains". The negations are exact: what is missing differs from everything. Order needs two
numbers. Identifiers are exact and mind case.
"""

from midakit.sandbox.state.text_rules import as_number, as_text
from support.sandbox_oracle.sql_values import SqlValues

ORDER = {sign: sign for sign in (">", ">=", "<", "<=")}
_NEGATIONS = {"!=": "==", "!*": "**", "nx": "ex"}


def exists(stored: str) -> str:
    """Return SQL for a stored text that is not missing.

    Args:
        stored: SQL for the stored text.

    Returns:
        A condition, never null.
    """
    return f"coalesce({stored} <> '', false)"


def equal(stored: str, value: object, values: SqlValues, *, exact: bool = False) -> str:
    """Return SQL for a stored text that equals a value.

    Args:
        stored: SQL for the stored text.
        value: The value to compare with.
        values: Takes the value.
        exact: Mind case, and do not compare numbers.

    Returns:
        A condition, never null.
    """
    text = values.bind(as_text(value))
    if exact:
        return f"coalesce({stored} = {text}, false)"
    alike = f"lower({stored}) = lower({text})"
    wanted = as_number(value)
    if wanted is not None:
        have = _number(stored)
        bound = values.bind(wanted)
        alike = f"CASE WHEN {have} IS NULL THEN {alike} ELSE {have} = {bound} END"
    return f"coalesce({stored} <> '' AND {alike}, false)"


def _contains(stored: str, value: object, values: SqlValues, *, exact: bool = False) -> str:
    """Return SQL for a stored text that contains a value."""
    text = values.bind(as_text(value))
    if exact:
        return f"coalesce(contains({stored}, {text}), false)"
    return f"coalesce(contains(lower({stored}), lower({text})), false)"


def _ordered(stored: str, operator: str, value: object, values: SqlValues) -> str:
    """Return SQL for two numbers that stand in an order."""
    wanted = as_number(value)
    if wanted is None:
        return f"({stored} IS NULL AND false)"  # its place is bound already, so it must be named
    return f"coalesce({_number(stored)} {ORDER[operator]} {values.bind(wanted)}, false)"


def compare(
    stored: str, operator: str, value: object, values: SqlValues, *, exact: bool = False
) -> str:
    """Return SQL for any of the base operators and the four of order.

    Args:
        stored: SQL for the stored text.
        operator: The operator, as the API spells it.
        value: The value to compare with; `ex` and `nx` take none.
        values: Takes the value.
        exact: Mind case, and do not compare numbers.

    Returns:
        A condition, never null.
    """
    if operator in _NEGATIONS:
        return f"NOT {compare(stored, _NEGATIONS[operator], value, values, exact=exact)}"
    if operator in ("==", "="):
        return equal(stored, value, values, exact=exact)
    if operator == "**":
        return _contains(stored, value, values, exact=exact)
    if operator == "ex":
        return exists(stored)
    return _ordered(stored, operator, value, values)


def _number(stored: str) -> str:
    """Return SQL for the text as a finite number, or null."""
    return f"num({stored})"
