"""The command line takes the options of the API by their names, without a second list of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Literal, TypedDict

import pytest

from midakit.cli.commands.export import ScopeOptions
from midakit.cli.input.option_fields import with_options
from midakit.cli.input.report_options import BreakdownOptions, VisitorOptions
from midakit.core.options import Option, option_table
from midakit.core.unset import Unset
from midakit.mida.options import ExportScope, MetricsOptions, ReportOptions


class Example(TypedDict, total=False):
    """Options of every kind."""

    size: Literal["s", "m"] | Unset
    count: Annotated[float | Unset, Option()]
    zone: float | str | Unset
    words: str | Sequence[str] | Unset
    name: str | None
    hidden: str | Unset


@dataclass(frozen=True)
@with_options(Example, leave_out=("hidden",))
class Arguments:
    """Arguments of a command."""

    other: bool = False
    name: int | None = None


def test_a_class_gets_a_field_for_each_option():
    """In the order of the options, each typed as it is typed; what the class writes itself stays."""
    assert {one.name: one.type for one in fields(Arguments)} == {
        "other": bool,
        "size": Literal["s", "m"] | None,
        "count": float | None,
        "zone": str | None,
        "words": list[str] | None,
        "name": int | None,
    }
    assert vars(Arguments(size="s")) == {
        "other": False, "size": "s", "count": None, "zone": None, "words": None, "name": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "options", "elsewhere"),
    [
        (BreakdownOptions, ReportOptions, {"goal_profile_id", "where", "event_where"}),
        (VisitorOptions, MetricsOptions, {"where", "metric_keys", "goal_keys", "metric_batch"}),
        (ScopeOptions, ExportScope, {"segments"}),
    ],
)
def test_no_option_of_a_report_is_forgotten(given, options, elsewhere):
    """What is not a field of the arguments has another form on the command line, or none on purpose."""
    assert set(option_table(options)) - {one.name for one in fields(given)} == elsewhere
