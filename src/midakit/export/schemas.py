"""The tables: one fixed, numbered Arrow schema each.

Columns are only ever appended, and the number then grows; files in the tests hold each schema. Every
table ends with `_extra`: JSON of the fields that the server sent and that have no column.
"""

from functools import cache
from typing import Any

NUMBER = 3

TEXT, TEXTS, INT, SMALL, SHORT, NUM, FLAG, DAY, TIME, STAMP = (
    "string", "list_string", "int64", "int32", "int16", "float64", "bool", "date32", "timestamp_ms",
    "timestamp_us",
)  # fmt: skip

CONTEXT = {
    "project": TEXT,
    "test_id": INT,
    "test_name": TEXT,
    "segment": TEXT,
    "filter_by": TEXT,
    "custom_filter": TEXT,
    "window_start": DAY,
    "window_end": DAY,
    "tz": TEXT,
    "report_phase": TEXT,
    "goal_key": TEXT,
    "goal_profile_id": INT,
    "spec_id": TEXT,
    "fetched_at": STAMP,
}

EXPERIMENTS = {
    "project": TEXT,
    "company_id": INT,
    "test_id": INT,
    "test_name": TEXT,
    "url": TEXT,
    "status": SHORT,
    "status_label": TEXT,
    "is_completed": FLAG,
    "serving_variant_id": TEXT,
    "is_deploy": FLAG,
    "created_at": TIME,
    "updated_at": TIME,
    "list_position": SMALL,
    "spec_id": TEXT,
    "fetched_at": STAMP,
    "deleted_at": STAMP,
    "projects": TEXTS,
}

VARIANT = {
    "variant_id": TEXT,
    "name": TEXT,
    "nickname": TEXT,
    "is_control": FLAG,
    "visitors": INT,
    "conversions": INT,
    "conversion_rate": NUM,
    "improvement": NUM,
    "revenue": NUM,
    "orders": INT,
    "rpv": NUM,
    "aov": NUM,
    "currency": TEXT,
    "revenue_per_visitor_improvement": NUM,
    "traffic_weight": NUM,
    "variant_status": TEXT,
}

TOTALS = {
    "status_code": SHORT,
    "days_running": SMALL,
    "stats_engine": TEXT,
    "confidence_threshold_percent": NUM,
    "is_serving": FLAG,
    "traffic_allocation": NUM,
    "distribution_mode": TEXT,
    "is_mab": FLAG,
    "total_visitors": INT,
    "total_conversions": INT,
    "has_revenue": FLAG,
    "total_revenue": NUM,
    "total_orders": INT,
    "start_date": TIME,
    "end_date": TIME,
}

REPORTED = {"reported_goal_key": TEXT, "reported_goal_profile_id": INT}
"""The goal that the answer is about; `goal_key` and `goal_profile_id` are the one that was asked for."""

RESULTS = {
    **CONTEXT,
    "breakdown_by": TEXT,
    "breakdown_value": TEXT,
    **VARIANT,
    **TOTALS,
    **REPORTED,
}

METRICS = {
    **CONTEXT,
    "metric_index": SHORT,
    "metric_key": TEXT,
    "metric_name": TEXT,
    "metric_type": SHORT,
    "metric_goal_type": TEXT,
    "variant_id": TEXT,
    "total": INT,
    "result": NUM,
    "warning": TEXT,
}

ROW = {
    "converted": INT,
    "conversion": NUM,
    "visitors": INT,
    "revenue": NUM,
    "quantity": NUM,
    "no_of_order": INT,
    "currency": TEXT,
    "start_date": TEXT,
    "end_date": TEXT,
    "duration": NUM,
    "created_at": TIME,
    "updated_at": TIME,
    "sum_sq_revenue": NUM,
    "sum_sq_orders": NUM,
    "sum_revenue_orders_cross": NUM,
    "gross_profit": NUM,
    "total_cogs": NUM,
}

TIMESERIES = {**CONTEXT, "variant_id": TEXT, "date": DAY, **ROW, **REPORTED}

GOALS = {
    "project": TEXT,
    "goal_profile_id": INT,
    "goal_key": TEXT,
    "goal_name": TEXT,
    "goal_type": TEXT,
    "goal_value": TEXT,
    "goal_purpose": TEXT,
    "element_url": TEXT,
    "spec_id": TEXT,
    "fetched_at": STAMP,
}

EVENTS = {
    "project": TEXT,
    "event_id": INT,
    "event_text": TEXT,
    "event_property": TEXT,
    "created_at": TIME,
    "spec_id": TEXT,
    "fetched_at": STAMP,
}

RAW = {**CONTEXT, "kind": TEXT, "page": SMALL, "body": TEXT}
"""The answers as they came, for `keep_raw`."""

TABLES: dict[str, dict[str, str]] = {
    "experiments": EXPERIMENTS,
    "results": RESULTS,
    "metrics": METRICS,
    "timeseries": TIMESERIES,
    "goals": GOALS,
    "events": EVENTS,
    "raw": RAW,
}

KEYS: dict[str, tuple[str, ...]] = {
    "experiments": ("project", "test_id"),
    "results": (
        "project", "test_id", "segment", "window_start", "window_end", "goal_key", "goal_profile_id",
        "report_phase", "breakdown_by", "breakdown_value", "variant_id",
    ),
    "metrics": ("project", "test_id", "segment", "window_start", "window_end", "metric_key", "variant_id"),
    "timeseries": ("project", "test_id", "segment", "goal_key", "goal_profile_id", "variant_id", "date"),
    "goals": ("project", "goal_profile_id"),
    "events": ("project", "event_id"),
    "raw": ("spec_id", "page"),
}  # fmt: skip
"""The natural keys: rows that agree in them are the same row, read again in a later export."""

EXTRA = "_extra"


def columns(table: str) -> dict[str, str]:
    """Return the names and types of a table's columns, `_extra` included.

    Args:
        table: A table of the export, such as `results`.
    """
    return {**TABLES[table], EXTRA: TEXT}


@cache
def arrow_types() -> dict[str, Any]:
    """Return the Arrow type of each of our types."""
    from midakit.core.extras import need

    pa = need("pyarrow", extra="export")
    return {
        TEXT: pa.string(),
        TEXTS: pa.list_(pa.string()),
        INT: pa.int64(),
        SMALL: pa.int32(),
        SHORT: pa.int16(),
        NUM: pa.float64(),
        FLAG: pa.bool_(),
        DAY: pa.date32(),
        TIME: pa.timestamp("ms", tz="UTC"),
        STAMP: pa.timestamp("us", tz="UTC"),
    }


@cache
def arrow(table: str) -> Any:
    """Return the Arrow schema of a table, with the number of the schema in its metadata.

    Args:
        table: A table of the export, such as `results`.
    """
    from midakit.core.extras import need

    pa = need("pyarrow", extra="export")
    types = arrow_types()
    fields = [pa.field(name, types[kind]) for name, kind in columns(table).items()]
    return pa.schema(
        fields, metadata={b"midakit.schema": str(NUMBER).encode(), b"midakit.table": table.encode()}
    )


def conform(table: str, rows: Any) -> Any:
    """Return rows with today's columns and types.

    A file of an earlier schema lacks the columns that came later, and table formats have fewer types.

    Args:
        table: A table of the export, such as `results`.
        rows: The rows of a file, as an Arrow table.
    """
    import pyarrow as pa

    schema = arrow(table)
    there = set(rows.schema.names)
    columns = [
        rows[field.name].cast(field.type)
        if field.name in there
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
