"""A data set from JSON lines, one object per line.

    project  goal  experiment          the definitions, as plain dicts
    visitor  assignment  event         the visits, loaded in bulk by DuckDB

A line of a project's own (goal, experiment, visitor) may have a `project_key`; without it, it
belongs to the file's first project. Assignments keep the first row per (test, visitor, is_serving)
by (entered_at, variant_id), so the order of lines never matters.
"""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.vocabulary import GOAL_TYPES
from midakit.sandbox.state.arrow import import_extra
from midakit.sandbox.state.tables import columns, event_rows
from midakit.sandbox.state.text_rules import as_number, clean
from midakit.sandbox.state.visits import Visits

_NEEDED = {
    "project": ("project_key",),
    "goal": ("goal_profile_id", "goal_key", "goal_name", "goal_type", "goal_value"),
    "experiment": ("test_id", "test_name", "status", "created_at", "variants",
                   "traffic_allocation", "confidence_interval"),
}  # fmt: skip
_IDENTITIES = {
    "visitors": ("visitor_id", "created_at"),
    "assignments": ("test_id", "visitor_id", "variant", "entered_at"),
    "events": ("event_id", "visitor_id", "event_text", "created_at"),
}
_FIELDS = {
    "visitor": columns(
        BIGINT="visitor_id",
        VARCHAR="project_key uuid id email created_at device browser os country region city "
        "user_agent landing_page ref_page source",
        JSON="utm query attributes",
    ),
    "assignment": columns(
        BIGINT="test_id visitor_id", VARCHAR="variant_id entered_at is_serving"
    ),
    "event": columns(
        BIGINT="event_id visitor_id", TINYINT="event_type status", JSON="event_property",
        VARCHAR="event_text url event_path session created_at",
    ),
}  # fmt: skip
KINDS = (*_NEEDED, *_FIELDS)


def import_lines(source: str | Path | Iterable[str], visits: Visits) -> Definitions:
    """Replace the baseline by what the lines say; when it fails, the old baseline stays.

    Args:
        source: A path, or the lines themselves.
        visits: Where the visitors, assignments and events go.

    Returns:
        The projects, goals and experiments, without defaults.

    Raises:
        HttpError: 400, the lines cannot be read.
    """
    duckdb = import_extra("duckdb")
    with _as_file(source) as path, visits.loading() as cursor:
        try:
            cursor.execute("DROP TABLE IF EXISTS lines")
            cursor.execute(
                "CREATE TEMP TABLE lines AS SELECT json, json_extract_string(json, '$.type') AS type "
                "FROM read_ndjson_objects($path)",
                {"path": str(path)},
            )
            definitions = _read_definitions(cursor)
            insert_rates(cursor, definitions.projects)
            _insert_visits(cursor, definitions.projects[0]["project_key"])
        except duckdb.Error as wrong:
            reason = str(wrong).splitlines()[0].replace(f"{path}", path.name)[:200]
            raise HttpError(400, f"import: {reason}") from wrong
    return definitions


def insert_rates(cursor: Any, projects: Iterable[dict[str, Any]]) -> None:
    """Insert each project's exchange rates; that of its own currency is 1.

    Args:
        cursor: A cursor on emptied `base` tables.
        projects: The project lines.

    Raises:
        HttpError: 400, a rate is not a number.
    """
    for project in projects:
        for currency, rate in (project.get("fx_rates") or {}).items():
            if currency != project.get("currency"):
                if as_number(rate) is None:
                    raise HttpError(400, f"fx_rates: {currency} needs a number")
                row = [project["project_key"], currency, float(rate)]
                cursor.execute("INSERT INTO base.rates VALUES (?, ?, ?)", row)


@contextmanager
def _as_file(source: str | Path | Iterable[str]) -> Iterator[Path]:
    """Give the source as a file, which DuckDB reads in parallel."""
    if isinstance(source, str | Path):
        if not Path(source).is_file():
            raise HttpError(400, f"import: there is no file {Path(source).name}")
        yield Path(source)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(clean(line.rstrip("\n")) + "\n" for line in source)
        yield path


def _read_definitions(cursor: Any) -> Definitions:
    """Return the definition lines, and refuse lines of an unknown type."""
    known = ", ".join(f"'{kind}'" for kind in KINDS)
    odd = cursor.execute(
        f"SELECT json FROM lines WHERE type IS NULL OR type NOT IN ({known}) LIMIT 1"
    ).fetchone()
    if odd:
        raise HttpError(400, f"import: a line has no known type: {odd[0][:120]}")
    definitions = Definitions()
    lines = cursor.execute(
        "SELECT json FROM lines WHERE type IN ('project', 'goal', 'experiment')"
    ).fetchall()
    for (line,) in lines:
        item = _checked_line(json.loads(line))
        getattr(definitions, f"{item.pop('type')}s").append(item)
    if not definitions.projects:
        raise HttpError(400, "import: there is no project line")
    first = definitions.projects[0]["project_key"]
    for item in (*definitions.goals, *definitions.experiments):
        item.setdefault("project_key", first)
    return definitions


def _checked_line(line: dict[str, Any]) -> dict[str, Any]:
    """Return a definition that has what reports cannot do without."""
    missing = [name for name in _NEEDED[line["type"]] if line.get(name) is None]
    if missing:
        raise HttpError(400, f"import: a {line['type']} line lacks {', '.join(missing)}")
    if line["type"] == "goal" and line["goal_type"] not in GOAL_TYPES:
        raise HttpError(400, f"import: unknown goal_type {str(line['goal_type'])[:40]!r}")
    return line


def _rows(kind: str) -> str:
    """Return SQL for the lines of a kind as rows."""
    fields = json.dumps(_FIELDS[kind])
    return f"(SELECT unnest(from_json(json, '{fields}')) FROM lines WHERE type = '{kind}')"


def _insert_visits(cursor: Any, first: str) -> None:
    """Fill the `base` tables from the lines; visitors without a project go to the first one."""
    utm = ", ".join(
        f"json_extract_string(utm, '$.utm_{name}')"
        for name in ("source", "medium", "campaign", "content", "term")
    )
    cursor.execute(
        f"""
        INSERT INTO base.visitors
        SELECT visitor_id, coalesce(project_key, $first), uuid, id, email, created_at::TIMESTAMP,
          device, browser, os, country, region, city, user_agent, landing_page, ref_page, source,
          {utm}, nullif(query::VARCHAR, 'null'), nullif(attributes::VARCHAR, 'null')
        FROM {_rows("visitor")} ORDER BY visitor_id
        """,
        {"first": first},
    )
    cursor.execute(
        f"""
        INSERT INTO base.assignments
        SELECT test_id, visitor_id, serving, variant, entered_at,
          lead(entered_at) OVER (PARTITION BY test_id, visitor_id ORDER BY entered_at, serving)
        FROM (
          SELECT test_id, visitor_id, coalesce(is_serving, '0') IN ('1', 'true') AS serving,
            variant_id::SMALLINT AS variant, entered_at::TIMESTAMP AS entered_at
          FROM {_rows("assignment")}
          QUALIFY row_number() OVER (
            PARTITION BY test_id, visitor_id, serving ORDER BY entered_at::TIMESTAMP, variant) = 1)
        ORDER BY test_id, visitor_id, serving
        """
    )
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE arrived AS
        SELECT e.event_id, e.visitor_id, e.event_type, coalesce(e.status, 1) AS status,
          e.event_text, nullif(e.event_property::VARCHAR, 'null') AS event_property, e.url,
          e.event_path, e.session, e.created_at::TIMESTAMP AS created_at, v.project_key
        FROM {_rows("event")} e LEFT JOIN base.visitors v USING (visitor_id)
        """
    )
    cursor.execute(
        f"INSERT INTO base.events {event_rows('arrived')} ORDER BY s.visitor_id, s.event_id"
    )
    cursor.execute("DROP TABLE arrived; DROP TABLE lines")
    for table, names in _IDENTITIES.items():
        nothing = " OR ".join(f"{name} IS NULL" for name in names)
        if cursor.execute(f"SELECT 1 FROM base.{table} WHERE {nothing} LIMIT 1").fetchone():
            raise HttpError(400, f"import: {table} need {', '.join(names)}")
