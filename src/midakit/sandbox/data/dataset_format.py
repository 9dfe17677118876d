"""The neutral format: JSON lines, one object per line, in and out.

    project  goal  experiment          the definitions, as plain dicts
    visitor  assignment  event         the visits, loaded in bulk by DuckDB

A line of a project's own (goal, experiment, visitor) may carry `project_key`; without it, it
belongs to the file's first project. Assignments keep the first row per (test, visitor, is_serving)
by (entered_at, variant_id), so the order of lines never matters.
"""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.vocabulary import GOAL_TYPES
from midakit.sandbox.state.arrow import import_extra
from midakit.sandbox.state.tables import event_rows
from midakit.sandbox.state.text_rules import as_number, clean
from midakit.sandbox.state.visits import Visits

KINDS = ("project", "goal", "experiment", "visitor", "assignment", "event")


@dataclass(frozen=True, slots=True)
class Definitions:
    """The project, goal and experiment lines; each dict names its `project_key`."""

    projects: list[dict[str, Any]] = field(default_factory=list)
    goals: list[dict[str, Any]] = field(default_factory=list)
    experiments: list[dict[str, Any]] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """Sort one definition line to its kind."""
        kind = line.pop("type")
        {"project": self.projects, "goal": self.goals, "experiment": self.experiments}[kind].append(
            line
        )


def load(source: str | Path | Iterable[str], visits: Visits) -> Definitions:
    """Replace the baseline by what the lines say; HttpError 400 when they cannot be read.

    `source` is a path or the lines themselves. When it fails, the old baseline stays.
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
            definitions = _definitions(cursor)
            load_rates(cursor, definitions.projects)
            _visits(cursor, definitions.projects[0]["project_key"])
        except duckdb.Error as wrong:
            raise HttpError(400, f"import: {str(wrong).splitlines()[0][:200]}") from wrong
    return definitions


def load_rates(cursor: Any, projects: Iterable[dict[str, Any]]) -> None:
    """Keep each project's exchange rates; its own currency is 1 by definition."""
    for project in projects:
        for currency, rate in (project.get("fx_rates") or {}).items():
            if currency != project.get("currency"):
                if as_number(rate) is None:
                    raise HttpError(400, f"fx_rates: {currency} needs a number")
                row = [project["project_key"], currency, float(rate)]
                cursor.execute("INSERT INTO base.rates VALUES (?, ?, ?)", row)


@contextmanager
def _as_file(source: str | Path | Iterable[str]) -> Iterator[Path]:
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


def _definitions(cursor: Any) -> Definitions:
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
        definitions.add(_checked(json.loads(line)))
    if not definitions.projects:
        raise HttpError(400, "import: there is no project line")
    first = definitions.projects[0]["project_key"]
    for item in (*definitions.goals, *definitions.experiments):
        item.setdefault("project_key", first)
    return definitions


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


def _checked(line: dict[str, Any]) -> dict[str, Any]:
    """The definition, if it has what reports cannot do without."""
    missing = [name for name in _NEEDED[line["type"]] if line.get(name) is None]
    if missing:
        raise HttpError(400, f"import: a {line['type']} line lacks {', '.join(missing)}")
    if line["type"] == "goal" and line["goal_type"] not in GOAL_TYPES:
        raise HttpError(400, f"import: unknown goal_type {str(line['goal_type'])[:40]!r}")
    return line


def _check_rows(cursor: Any) -> None:
    """No row without its identity and its moment."""
    for table, columns in _IDENTITIES.items():
        nothing = " OR ".join(f"{column} IS NULL" for column in columns)
        if cursor.execute(f"SELECT 1 FROM base.{table} WHERE {nothing} LIMIT 1").fetchone():
            raise HttpError(400, f"import: {table} need {', '.join(columns)}")


_SHAPES = {
    "visitor": {
        "visitor_id": "BIGINT", "project_key": "VARCHAR", "uuid": "VARCHAR", "id": "VARCHAR",
        "email": "VARCHAR", "created_at": "VARCHAR", "device": "VARCHAR", "browser": "VARCHAR",
        "os": "VARCHAR", "country": "VARCHAR", "region": "VARCHAR", "city": "VARCHAR",
        "user_agent": "VARCHAR", "landing_page": "VARCHAR", "ref_page": "VARCHAR",
        "source": "VARCHAR", "utm": "JSON", "query": "JSON", "attributes": "JSON",
    },
    "assignment": {
        "test_id": "BIGINT", "visitor_id": "BIGINT", "variant_id": "VARCHAR",
        "entered_at": "VARCHAR", "is_serving": "VARCHAR",
    },
    "event": {
        "event_id": "BIGINT", "visitor_id": "BIGINT", "event_type": "TINYINT", "status": "TINYINT",
        "event_text": "VARCHAR", "event_property": "JSON", "url": "VARCHAR",
        "event_path": "VARCHAR", "session": "VARCHAR", "created_at": "VARCHAR",
    },
}  # fmt: skip


def _shaped(kind: str) -> str:
    shape = json.dumps(_SHAPES[kind])
    return f"(SELECT unnest(from_json(json, '{shape}')) FROM lines WHERE type = '{kind}')"


def _visits(cursor: Any, first: str) -> None:
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
        FROM {_shaped("visitor")} ORDER BY visitor_id
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
          FROM {_shaped("assignment")}
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
        FROM {_shaped("event")} e LEFT JOIN base.visitors v USING (visitor_id)
        """
    )
    cursor.execute(
        f"INSERT INTO base.events {event_rows('arrived')} ORDER BY s.visitor_id, s.event_id"
    )
    cursor.execute("DROP TABLE arrived; DROP TABLE lines")
    _check_rows(cursor)


def dump(definitions: Definitions, visits: Visits) -> Iterator[str]:
    """The lines that load back to the same state, deleted events included."""
    for kind, items in (
        ("project", definitions.projects),
        ("goal", definitions.goals),
        ("experiment", definitions.experiments),
    ):
        for item in items:
            yield json.dumps({"type": kind, **item})
    with visits.reading() as cursor:
        cursor.execute("BEGIN")  # one snapshot for the three kinds of lines
        for sql in (_VISITOR_LINES, _ASSIGNMENT_LINES, _EVENT_LINES):
            cursor.execute(sql)
            while rows := cursor.fetchmany(10_000):
                yield from (row[0] for row in rows)


def _time(column: str) -> str:
    """SQL: a moment as ISO-8601 with microseconds only when it has any."""
    return (
        f"CASE WHEN epoch_us({column}) % 1000 = 0 THEN strftime({column}, '%Y-%m-%dT%H:%M:%S.%gZ') "
        f"ELSE strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ') END"
    )


_VISITOR_LINES = f"""
SELECT json_object('type', 'visitor', 'visitor_id', visitor_id, 'project_key', project_key,
  'uuid', uuid, 'created_at', {_time("created_at")}, 'device', device, 'browser', browser,
  'os', os, 'country', country, 'region', region, 'city', city, 'user_agent', user_agent,
  'landing_page', landing_page, 'ref_page', ref_page, 'source', source,
  'utm', json_merge_patch('{{}}', json_object('utm_source', utm_source, 'utm_medium', utm_medium,
    'utm_campaign', utm_campaign, 'utm_content', utm_content, 'utm_term', utm_term)),
  'query', query::JSON, 'attributes', attributes::JSON, 'email', email, 'id', ext_id)::VARCHAR
FROM visitors ORDER BY visitor_id
"""
_ASSIGNMENT_LINES = f"""
SELECT json_object('type', 'assignment', 'test_id', test_id, 'visitor_id', visitor_id,
  'variant_id', variant::VARCHAR, 'entered_at', {_time("entered_at")},
  'is_serving', is_serving::INTEGER)::VARCHAR
FROM assignments ORDER BY test_id, visitor_id, is_serving
"""
_EVENT_LINES = f"""
SELECT json_object('type', 'event', 'event_id', event_id, 'visitor_id', visitor_id,
  'event_type', event_type, 'event_text', event_text, 'event_property', event_property::JSON,
  'url', url, 'event_path', event_path, 'session', session, 'status', status,
  'created_at', {_time("created_at")})::VARCHAR
FROM events ORDER BY event_id
"""
