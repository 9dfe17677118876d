"""The values of a statement: every value of a request is bound, none is ever part of the SQL."""

from typing import Any

from midakit.sandbox.state.text_rules import clean


class SqlValues:
    """The values of one statement, by the names of their placeholders."""

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """Add a value to the statement.

        Args:
            value: A value that DuckDB knows.

        Returns:
            The placeholder that stands for it in the SQL.
        """
        name = f"p{len(self.bound)}"
        self.bound[name] = clean(value) if isinstance(value, str) else value
        return f"${name}"

    def among(self, expression: str, values: list[Any]) -> str:
        """Return SQL for an expression that is one of some values.

        Args:
            expression: SQL.
            values: The values; of none it is false.

        Returns:
            A condition.
        """
        if not values:
            return "false"
        return f"{expression} IN ({', '.join(self.bind(value) for value in values)})"
