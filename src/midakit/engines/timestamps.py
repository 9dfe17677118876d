"""Moments as engines know them: exports keep the server's milliseconds, Spark and Delta only microseconds."""

from typing import Any


def in_micros(schema: Any) -> Any:
    """The same schema with every moment in microseconds of UTC, and no notes of the export's own."""
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            field.with_type(moment) if pa.types.is_timestamp(field.type) else field
            for field in schema
        ]
    )
