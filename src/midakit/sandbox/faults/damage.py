"""What a damaged answer looks like: headers and bytes. Pure."""

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
    """Return the headers that say when to try again.

    Args:
        fault: Its `retry_after` is seconds, or a date (`date+3`); it may have `retry_after_ms`.
        now: The time that a date counts from.

    Returns:
        The headers; none when the fault names no time.
    """
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
    """Return the JSON body of a status that a fault asks for.

    Args:
        code: The status.

    Returns:
        An error from 400 up, else a success.
    """
    message = "Too many requests" if code == 429 else f"Asked for by a fault: {code}"
    return json.dumps({"error": message} if code >= 400 else {"success": True}).encode()


def first_part(body: bytes, at: Any) -> bytes:
    """Return the first part of a body.

    Args:
        body: The whole body.
        at: The share to return; None is a half.

    Returns:
        Never the whole body below a share of 1, when it has two bytes or more.
    """
    share = 0.5 if at is None else float(at)
    length = int(len(body) * share)
    return body[: length if share >= 1 else min(length, max(len(body) - 1, 0))]


def bad_json(body: bytes) -> bytes:
    """Return JSON that breaks off before its end.

    Args:
        body: The good body.

    Returns:
        Bytes of the same length.
    """
    return body[:-1] + b"," if body else b"{"


def future(body: bytes, *, fields: bool, enums: bool) -> bytes:
    """Return an answer as a later version of the server might give it.

    Args:
        body: The body; one that is not JSON stays.
        fields: Add an unknown field to every object.
        enums: Put an unknown word in every field of listed words.

    Returns:
        The changed body.
    """
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_future(value, fields, enums), separators=(",", ":")).encode()


def _future(value: Any, fields: bool, enums: bool) -> Any:
    """Return one JSON value with what is asked for added, all the way down."""
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
