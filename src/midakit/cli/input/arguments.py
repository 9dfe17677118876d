"""What commands take: arguments that several share, and what was given of them."""

from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from midakit.errors import InvalidRequest

TestId = Annotated[int, Parameter(name="TEST_ID")]
GoalId = Annotated[int, Parameter(name="GOAL_ID")]
GroupId = Annotated[int, Parameter(name="GROUP_ID")]
EventId = Annotated[int, Parameter(name="EVENT_ID")]
GoalKey = Annotated[str | None, Parameter(name=("--goal", "--goal-key"))]
Day = Annotated[str | None, Parameter(allow_leading_hyphen=True)]  # `-7d`
Percent = Annotated[float | None, Parameter(validator=Number(gte=0, lte=100))]
Port = Annotated[int, Parameter(validator=Number(gte=0, lte=65_535))]
File = Annotated[str, Parameter(name="FILE")]
YEAR = 366 * 86_400
"""The longest pause in seconds: no system waits for ever."""
Changes = Annotated[str | None, Parameter(name="FILE")]


def given(**values: Any) -> dict[str, Any]:
    """Return what was given on the command line.

    Args:
        values: The options by name; None means not given.
    """
    return {name: value for name, value in values.items() if value is not None}


def need_one(found: dict[str, Any], *ways: str) -> None:
    """Refuse a change that changes nothing.

    Args:
        found: The changes that were typed; empty when there are none.
        ways: The options that would change something.
    """
    if not found:
        raise InvalidRequest("nothing to change", f"give at least one of {', '.join(ways)}")
