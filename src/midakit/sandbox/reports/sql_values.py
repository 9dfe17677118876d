"""SQL with values beside it: every value of a request is bound, none is ever part of the text."""

from typing import Any

from midakit.sandbox.state.text_rules import clean


class SqlValues:
    """Collects the values of one statement and names their places."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """The placeholder that stands for `value` in the text."""
        name = f"p{len(self.bound)}"
        self.bound[name] = clean(value) if isinstance(value, str) else value
        return f"${name}"

    def among(self, expression: str, values: list[Any]) -> str:
        """SQL: the expression is one of the values; of no values it is false."""
        if not values:
            return "false"
        return f"{expression} IN ({', '.join(self.bind(value) for value in values)})"


def as_text(value: object) -> str:
    """A scalar as the store spells it: `true`, `10`, `1.5`, or the text itself."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
