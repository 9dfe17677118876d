"""A data set from JSON lines, one object per line.

    project  goal  experiment          the definitions, as plain dicts
    visitor  assignment  event         the visits, as columns
    account                            says that the file is a whole account, in which nothing is left out
    group  comment  campaign  ...      all else that an account holds; see `account_objects`

A line of a project's own (goal, experiment, visitor) may have a `project_key`; without it, it
belongs to the file's first project. Assignments keep the first row per (test, visitor, is_serving)
by (entered_at, variant_id), so the order of lines never matters.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from midakit.sandbox.data.account_objects import KINDS as OBJECT_KINDS
from midakit.sandbox.data.account_objects import check_object
from midakit.sandbox.data.baseline import ColumnsOfRows, baseline_of
from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.vocabulary import GOAL_TYPES
from midakit.sandbox.state.tables import NO_TYPE, UTM
from midakit.sandbox.state.text_rules import as_number, clean, stored_text
from midakit.sandbox.state.timestamps import microseconds, naive_utc
from midakit.sandbox.state.visits_file import Baseline, Rates

_NEEDED = {
    "project": ("project_key",),
    "goal": ("goal_profile_id", "goal_key", "goal_name", "goal_type", "goal_value"),
    "experiment": ("test_id", "test_name", "status", "created_at", "variants",
                   "traffic_allocation", "confidence_interval"),
    "visitor": ("visitor_id", "created_at"),
    "assignment": ("test_id", "visitor_id", "variant_id", "entered_at"),
    "event": ("event_id", "visitor_id", "event_text", "created_at"),
    "account": ("form",),
    **dict.fromkeys(OBJECT_KINDS, ("id", "body")),
}  # fmt: skip
_VISITOR_TEXTS = ("project_key", "uuid", "email", "device", "browser", "os", "country", "region",
                  "city", "user_agent", "landing_page", "ref_page", "source")  # fmt: skip
_EVENT_TEXTS = ("event_text", "url", "event_path", "session")
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
KINDS = tuple(_NEEDED)
FORM = 1
"""The version of the format of whole accounts."""
Line = dict[str, Any]


class BaselineTaker(Protocol):
    """Where the visits of a data set go."""

    def replace(self, baseline: Baseline, rates: Rates) -> None:
        """Take a new baseline in place of the old one.

        Args:
            baseline: The columns of `visitors`, `assignments` and `events`, each by its id.
            rates: The exchange rates.
        """


def import_lines(source: str | Path | Iterable[str], visits: BaselineTaker) -> Definitions:
    """Replace the baseline by what the lines say; when it fails, the old baseline stays.

    Args:
        source: A path, or the lines themselves.
        visits: Where the visitors, assignments and events go.

    Returns:
        The projects, goals and experiments, without defaults.

    Raises:
        HttpError: 400, the lines cannot be read.
        OSError: The new baseline could not be written.
    """
    definitions, rows = Definitions(), ColumnsOfRows()
    takers: dict[str, Callable[[Line], None]] = {
        "project": definitions.projects.append,
        "goal": definitions.goals.append,
        "experiment": definitions.experiments.append,
        "visitor": lambda line: rows.add("visitors", _visitor(line)),
        "assignment": lambda line: rows.add("assignments", _assignment(line)),
        "event": lambda line: rows.add("events", _event(line)),
        "account": definitions.accounts.append,
    }
    for where, text in _lines(source):
        try:
            line = _checked(json.loads(text if isinstance(text, str) else text.decode()))
            kind = line.pop("type")
            if kind in OBJECT_KINDS:
                definitions.objects.append((kind, line))
            else:
                takers[kind](line)
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise HttpError(400, f"import: {where}: {_reason(error)}") from error
    if not definitions.projects:
        raise HttpError(400, "import: there is no project line")
    first = definitions.projects[0]["project_key"]
    for item in (*definitions.goals, *definitions.experiments):
        item.setdefault("project_key", first)
    rates = rates_of(definitions.projects)
    try:
        baseline = baseline_of(rows, first, rates)
    except ValueError as error:
        raise HttpError(400, f"import: {error}") from error
    visits.replace(baseline, rates)
    return definitions


def rates_of(projects: Iterable[Line]) -> Rates:
    """Return each project's exchange rates; that of its own currency is 1.

    Args:
        projects: The project lines.

    Returns:
        The rates by project and currency.

    Raises:
        HttpError: 400, a rate is not a number.
    """
    rates: Rates = {}
    for project in projects:
        for currency, rate in (project.get("fx_rates") or {}).items():
            if currency != project.get("currency"):
                if as_number(rate) is None:
                    raise HttpError(400, f"fx_rates: {currency} needs a number")
                rates[str(project["project_key"]), currency] = float(rate)
    return rates


def _lines(source: str | Path | Iterable[str]) -> Iterator[tuple[str, str | bytes]]:
    """Yield every line that is not empty, with its place in words."""
    if not isinstance(source, str | Path):
        for number, line in enumerate(source, 1):
            if line.strip():
                yield f"line {number}", line
        return
    path = Path(source)
    if not path.is_file():
        raise HttpError(400, f"import: there is no file {path.name}")
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            if raw.strip():
                yield f"{path.name}, line {number}", raw


def _checked(line: Any) -> Line:
    """Return a line of a known type that has what nothing can do without."""
    if not isinstance(line, dict):
        raise TypeError("not a JSON object")
    kind = line.get("type")
    if not isinstance(kind, str) or kind not in _NEEDED:
        raise ValueError("it has no known type")
    missing = [name for name in _NEEDED[kind] if line.get(name) is None]
    if missing:
        raise ValueError(f"a {kind} line lacks {', '.join(missing)}")
    if kind in OBJECT_KINDS:
        check_object(line)
    if kind == "account" and line["form"] != FORM:
        raise ValueError(f"an account of form {str(line['form'])[:20]}; this version reads {FORM}")
    if kind == "goal" and line["goal_type"] not in GOAL_TYPES:
        raise ValueError(f"unknown goal_type {str(line['goal_type'])[:40]!r}")
    return line


def _visitor(line: Line) -> Line:
    """Return the cells of a visitor."""
    utm = line.get("utm") or {}
    return {
        "visitor_id": _whole(line["visitor_id"]),
        "created_at": _moment(line["created_at"]),
        "ext_id": _text(line.get("id")),
        **{name: _text(line.get(name)) for name in _VISITOR_TEXTS},
        **{name: _text(utm.get(name)) for name in UTM},
        **{name: _json(line.get(name)) for name in ("query", "attributes")},
    }


def _assignment(line: Line) -> Line:
    """Return the cells of an assignment."""
    return {
        "test_id": _whole(line["test_id"]),
        "visitor_id": _whole(line["visitor_id"]),
        "variant": _whole(line["variant_id"], 2**15),
        "is_serving": _text(line.get("is_serving")) in ("1", "true"),
        "entered_at": _moment(line["entered_at"]),
    }


def _event(line: Line) -> Line:
    """Return the cells of an event."""
    kind, status = line.get("event_type"), line.get("status")
    return {
        "event_id": _whole(line["event_id"]),
        "visitor_id": _whole(line["visitor_id"]),
        "event_type": NO_TYPE if kind is None else _whole(kind, 2**7),
        "status": 1 if status is None else _whole(status, 2**7),
        "event_property": _json(line.get("event_property")),
        "created_at": _moment(line["created_at"]),
        **{name: _text(line.get(name)) for name in _EVENT_TEXTS},
    }


def _whole(value: object, bound: int = 2**62) -> int:
    """Return a whole number below a bound in size."""
    number = int(value) if isinstance(value, int | str) else None
    if number is None or not abs(number) < bound:
        raise ValueError(f"{str(value)[:40]} is no whole number")
    return number


def _moment(value: object) -> int:
    """Return a time in microseconds."""
    return microseconds(naive_utc(str(value)))


def _text(value: object) -> str | None:
    """Return a value as text."""
    found = value if isinstance(value, str) else stored_text(value)
    return None if found is None else clean(found)


def _json(value: object) -> str | None:
    """Return a value as JSON text."""
    if value is None:
        return None
    return clean(_ENCODER.encode(value))


def _reason(error: Exception) -> str:
    """Return what is wrong in one line."""
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return "not JSON"
    return str(error).partition("\n")[0][:200]
