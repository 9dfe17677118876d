"""A data set as JSON lines, one object per line; `dataset_import` has the format."""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

import json
from collections.abc import Iterator

from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.state.visits import Visits


def export_lines(definitions: Definitions, visits: Visits) -> Iterator[str]:
    """Yield the lines that load back to the same state, deleted events included.

    Args:
        definitions: The projects, goals and experiments.
        visits: The visitors, assignments and events.

    Yields:
        One JSON object per line, without a line end.
    """
    for kind in ("project", "goal", "experiment"):
        for item in getattr(definitions, f"{kind}s"):
            yield json.dumps({"type": kind, **item})
    with visits.reading() as cursor:
        cursor.execute("BEGIN")  # one snapshot for the three kinds of lines
        for sql in (_VISITOR_LINES, _ASSIGNMENT_LINES, _EVENT_LINES):
            cursor.execute(sql)
            while rows := cursor.fetchmany(10_000):
                yield from (row[0] for row in rows)


def _time(column: str) -> str:
    """Return SQL for a time as ISO 8601, with microseconds only when it has any."""
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
