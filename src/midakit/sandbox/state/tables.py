"""The tables of the visitor-level store.

    base  (a file, or memory)    visitors  assignments  events      what was loaded
    main  (always memory)        ..._live                           what came since
    main  (views)                visitors  assignments  events      both together

A reset empties the `_live` tables and touches nothing else. `hidden` names the loaded events that
were changed since: their new row is in `events_live`. Money is DECIMAL because a parallel sum of
doubles depends on the order of the threads.
"""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

MONEY = "DECIMAL(18,4)"


def columns(**names_by_type: str) -> dict[str, str]:
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
TABLES = {"visitors": VISITORS, "assignments": ASSIGNMENTS, "events": EVENTS}


def _create(name: str, columns: dict[str, str]) -> str:
    """Return the SQL that creates a table where it is missing."""
    body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
    return f"CREATE TABLE IF NOT EXISTS {name} ({body});"


# A number is finite: DuckDB reads 'inf' and 'nan' as doubles, no sender means them. The bound
# keeps every sum and square of money inside 38 digits.
_MACROS = f"""
CREATE OR REPLACE MACRO num(s) AS
  CASE WHEN isfinite(try_cast(s AS DOUBLE)) THEN try_cast(s AS DOUBLE) END;
CREATE OR REPLACE MACRO money(s, rate) AS
  CASE WHEN abs(num(s) * rate) < 1e12 THEN cast(num(s) * rate AS {MONEY}) END;
"""

_VIEWS = """
CREATE OR REPLACE VIEW visitors AS
  SELECT * FROM base.visitors UNION ALL SELECT * FROM visitors_live;
CREATE OR REPLACE VIEW assignments AS
  SELECT * FROM base.assignments UNION ALL SELECT * FROM assignments_live;
CREATE OR REPLACE VIEW events AS
  SELECT * FROM base.events WHERE event_id NOT IN (SELECT event_id FROM hidden)
  UNION ALL SELECT * FROM events_live;
"""

CREATE = (
    "".join(_create(f"base.{name}", columns) for name, columns in TABLES.items())
    + "".join(_create(f"{name}_live", columns) for name, columns in TABLES.items())
    + _create("hidden", {"event_id": "BIGINT"})
    + _create("base.rates", RATES)
    + _MACROS
    + _VIEWS
)

LIVE = ("visitors_live", "assignments_live", "events_live", "hidden")


def event_rows(source: str) -> str:
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
    FROM {source} s LEFT JOIN base.rates r ON r.project_key = s.project_key
      AND r.currency = json_extract_string(s.event_property, '$.currency')
    """


# Python reads JSON that DuckDB's reader refuses (numbers of 400 digits); such a text is kept as a
# JSON string, or one event would make every later statement fail.
READABLE = """(SELECT * REPLACE (
    CASE WHEN event_property IS NULL OR json_valid(event_property) THEN event_property
      ELSE to_json(event_property)::VARCHAR END AS event_property) FROM batch)"""
