"""Times as engines know them: exports keep the server's milliseconds, Spark and Delta only microseconds."""

from typing import Any


def in_micros(schema: Any) -> Any:
    """Return a schema with every time in microseconds of UTC, and without the export's metadata.

    Args:
        schema: An Arrow schema of an export's table.
    """
    import pyarrow as pa

    micros = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            field.with_type(micros) if pa.types.is_timestamp(field.type) else field
            for field in schema
        ]
    )
