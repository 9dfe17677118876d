"""What a spoiled answer looks like: headers and bytes. Pure."""

import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from midakit.sandbox.faults.rules import Fault

HTML = (
    b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center><hr><center>proxy</center></body></html>\n"
)
ENUMS = frozenset(
    {
        "analysisType", "authenticated_as", "distribution_mode", "goal_purpose", "goal_type", "kind",
        "membership", "report_phase", "role_label", "source", "stage", "stats_engine", "status",
        "successCriteria", "unitAggregationType", "variant_status",
    }
)  # fmt: skip
"""Fields of listed words; numbers in them (an experiment's status) stay."""
FUTURE = "future_value"

Headers = list[tuple[bytes, bytes]]


def retry_headers(fault: Fault, now: datetime) -> Headers:
    """Retry-After in seconds, as a date (`date+3`), or in milliseconds."""
    headers: Headers = []
    wanted = str(fault.args.get("retry_after", ""))
    if wanted.startswith("date"):
        later = now + timedelta(seconds=float(wanted.removeprefix("date").lstrip("+") or 0))
        headers.append((b"retry-after", format_datetime(later, usegmt=True).encode()))
    elif wanted:
        headers.append((b"retry-after", wanted.encode()))
    if "retry_after_ms" in fault.args:
        headers.append((b"retry-after-ms", f"{fault.number('retry_after_ms', 0):g}".encode()))
    return headers


def error_body(code: int) -> bytes:
    """The JSON body of an asked-for status."""
    message = "Too many requests" if code == 429 else f"GoalReport for by a fault: {code}"
    return json.dumps({"error": message} if code >= 400 else {"success": True}).encode()


def part(body: bytes, at: Any, default: float = 0.5) -> bytes:
    """The first part of a body; never the whole of one that has two bytes or more."""
    share = default if at is None else float(at)
    length = int(len(body) * share)
    return body[: length if share >= 1 else min(length, max(len(body) - 1, 0))]


def bad_json(body: bytes) -> bytes:
    """JSON that breaks before its end, of the same length."""
    return body[:-1] + b"," if body else b"{"


def future(body: bytes, *, fields: bool, enums: bool) -> bytes:
    """The same answer from a server of next year; a body that is no JSON stays."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_future(value, fields, enums), separators=(",", ":")).encode()


def _future(value: Any, fields: bool, enums: bool) -> Any:
    if isinstance(value, list):
        return [_future(item, fields, enums) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {
        name: FUTURE
        if enums and name in ENUMS and isinstance(item, str)
        else _future(item, fields, enums)
        for name, item in value.items()
    }
    return {**changed, "future_field": {"added": "later"}} if fields else changed
