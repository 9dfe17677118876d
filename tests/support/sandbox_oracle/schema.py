"""The tables of the oracle, and how lines of a data set get into them."""

import json

MONEY = "DECIMAL(18,4)"


def columns(**names_by_type):
    """Return the SQL type of each column.

    Args:
        **names_by_type: The names of the columns of each type, with spaces between them.

    Returns:
        The types by name, in the order given.
    """
    return {name: kind for kind, names in names_by_type.items() for name in names.split()}


VISITORS = {
    **columns(
        BIGINT="visitor_id",
        VARCHAR="project_key uuid ext_id email",
        TIMESTAMP="created_at",
    ),
    **columns(
        VARCHAR="device browser os country region city user_agent landing_page ref_page source "
        "utm_source utm_medium utm_campaign utm_content utm_term query attributes"
    ),
}
ASSIGNMENTS = columns(
    BIGINT="test_id visitor_id", BOOLEAN="is_serving", SMALLINT="variant",
    TIMESTAMP="entered_at next_at",
)  # fmt: skip
EVENTS = {
    **columns(BIGINT="event_id visitor_id", TINYINT="event_type status"),
    **columns(VARCHAR="event_text event_property"),
    **dict.fromkeys(("revenue", "quantity"), MONEY),
    **columns(VARCHAR="url event_path session", TIMESTAMP="created_at"),
}
RATES = {"project_key": "VARCHAR", "currency": "VARCHAR", "rate": "DOUBLE"}
TABLES = {"visitors": VISITORS, "assignments": ASSIGNMENTS, "events": EVENTS, "rates": RATES}


def _create(name, columns):
    """Return the SQL that creates a table where it is missing."""
    body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    return f"CREATE TABLE {name} ({body});"


# A number is finite: DuckDB reads 'inf' and 'nan' as doubles, no sender means them. The bound
# keeps every sum and square of money inside 38 digits.
_MACROS = f"""
CREATE MACRO num(s) AS
  CASE WHEN isfinite(try_cast(s AS DOUBLE)) THEN try_cast(s AS DOUBLE) END;
CREATE MACRO money(s, rate) AS
  CASE WHEN abs(num(s) * rate) < 1e12 THEN cast(num(s) * rate AS {MONEY}) END;
"""


def event_rows(source):
    """Return SQL that selects events with the money in their properties worked out.

    Args:
        source: A table or subquery of events, each with its `project_key`.

    Returns:
        A SELECT with the columns of `EVENTS`; the source is called `s`.
    """
    return f"""
    SELECT s.event_id, s.visitor_id, s.event_type, s.status, s.event_text, s.event_property,
      money(json_extract_string(s.event_property, '$.revenue'), coalesce(r.rate, 1)) AS revenue,
      money(json_extract_string(s.event_property, '$.quantity'), 1) AS quantity,
      s.url, s.event_path, s.session, s.created_at
    FROM {source} s LEFT JOIN rates r ON r.project_key = s.project_key
      AND r.currency = json_extract_string(s.event_property, '$.currency')
    """


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


def create(connection):
    """Create the tables and the two macros."""
    for name, types in TABLES.items():
        connection.execute(_create(name, types))
    connection.execute(_MACROS)


def insert(connection, path, projects):
    """Fill the tables from a file of JSON lines."""
    for project in projects:
        for currency, rate in (project.get("fx_rates") or {}).items():
            if currency != project.get("currency"):
                row = [project["project_key"], currency, float(rate)]
                connection.execute("INSERT INTO rates VALUES (?, ?, ?)", row)
    connection.execute(
        "CREATE TEMP TABLE lines AS SELECT json, json_extract_string(json, '$.type') AS type "
        "FROM read_ndjson_objects($path)",
        {"path": str(path)},
    )
    _insert_visits(connection, projects[0]["project_key"])


def _rows(kind):
    """Return SQL for the lines of a kind as rows."""
    fields = json.dumps(_FIELDS[kind])
    return f"(SELECT unnest(from_json(json, '{fields}')) FROM lines WHERE type = '{kind}')"


def _insert_visits(cursor, first):
    """Fill the `base` tables from the lines; visitors without a project go to the first one."""
    utm = ", ".join(
        f"json_extract_string(utm, '$.utm_{name}')"
        for name in ("source", "medium", "campaign", "content", "term")
    )
    cursor.execute(
        f"""
        INSERT INTO visitors
        SELECT visitor_id, coalesce(project_key, $first), uuid, id, email, created_at::TIMESTAMP,
          device, browser, os, country, region, city, user_agent, landing_page, ref_page, source,
          {utm}, nullif(query::VARCHAR, 'null'), nullif(attributes::VARCHAR, 'null')
        FROM {_rows("visitor")} ORDER BY visitor_id
        """,
        {"first": first},
    )
    cursor.execute(
        f"""
        INSERT INTO assignments
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
        FROM {_rows("event")} e LEFT JOIN visitors v USING (visitor_id)
        """
    )
    cursor.execute(f"INSERT INTO events {event_rows('arrived')} ORDER BY s.visitor_id, s.event_id")
    cursor.execute("DROP TABLE arrived; DROP TABLE lines")
