"""The query of a report, read and checked once: dates, time zone, phase, thresholds."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.vocabulary import PHASES
from midakit.sandbox.state.text_rules import as_number
from midakit.sandbox.state.timestamps import naive_utc


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """What is asked: `tokens` are the presets of `filter_by`, `window` is `timeframe_days`."""

    params: Mapping[str, str]
    tz: timedelta
    start: date | None
    end: date | None
    phase: str
    min_count: int
    window: timedelta | None
    tokens: list[str]
    custom_filter: list[list[dict[str, Any]]]
    event_attribute: list[list[dict[str, Any]]]
    warnings: list[str] = field(default_factory=list)

    @property
    def shift(self) -> int:
        """The time zone in microseconds."""
        return self.tz // timedelta(microseconds=1)

    @property
    def bounds(self) -> tuple[datetime, datetime] | None:
        """The date range as UTC times, half open."""
        if self.start is None or self.end is None:
            return None
        first = datetime(self.start.year, self.start.month, self.start.day)
        last = datetime(self.end.year, self.end.month, self.end.day)
        try:
            return first - self.tz, last + timedelta(days=1) - self.tz
        except OverflowError:
            raise HttpError(400, "the dates are out of range") from None

    def repeated(self) -> dict[str, Any]:
        """Return the parts of the query that the answer repeats."""
        sent = {name: self.params.get(name, "") for name in ("start_date", "end_date")}
        body: dict[str, Any] = {f"query_{name}": day for name, day in sent.items() if day}
        if len(body) == 1:
            body["effective_start_date"] = str(self.start)
            body["effective_end_date"] = str(self.end)
        body |= {
            name: self.params[name]
            for name in ("filter_by", "custom_filter")
            if self.params.get(name)
        }
        return body


def read_report_query(context: ReportContext, params: Mapping[str, str]) -> ReportQuery:
    """Read and check every parameter that the three reports share.

    Args:
        context: The experiment and the time, which open date ranges depend on.
        params: The query as it was sent.

    Returns:
        The query.

    Raises:
        HttpError: 400, a parameter is wrong; the message is about the first one.
    """
    if "filters" in params:
        raise HttpError(400, "filters is not supported; use filter_by or custom_filter")
    # [choice 1]: it shifts date filters, days of rows, dayofweek and hourofday
    tz = timedelta(hours=_number(params, "tz", 0.0, low=-14, high=14))
    start, end = _dates(context, params, tz)
    count = _number(params, "min_count", 1, low=1, high=2**53)
    if count != int(count):
        raise HttpError(400, "min_count must be a whole number")
    days = _number(params, "timeframe_days", 0, low=0, high=100_000)
    return ReportQuery(
        params=params,
        tz=tz,
        start=start,
        end=end,
        phase=_phase(context, params),
        min_count=int(count),
        window=timedelta(days=days) if days else None,
        tokens=[token.strip() for token in params.get("filter_by", "").split(",") if token.strip()],
        custom_filter=_groups(params, "custom_filter"),
        event_attribute=_groups(params, "event_attribute"),
    )


def _number(
    params: Mapping[str, str], name: str, default: float, *, low: float, high: float
) -> float:
    """Return a numeric parameter between two bounds."""
    text = params.get(name, "").strip()
    if not text:
        return default
    number = as_number(text)
    if number is None or not math.isfinite(number) or not low <= number <= high:
        raise HttpError(400, f"{name} must be a number from {low:g} to {high:g}")
    return number


def _read_date(params: Mapping[str, str], name: str) -> date | None:
    """Return a date, or None when it was left out."""
    text = params.get(name, "")
    if not text:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise HttpError(400, f"{name} must be a date as YYYY-MM-DD") from None


def _dates(
    context: ReportContext, params: Mapping[str, str], tz: timedelta
) -> tuple[date | None, date | None]:
    """Return the range of dates; an open end is filled in, and is never out of order [choice 4]."""
    start, end = _read_date(params, "start_date"), _read_date(params, "end_date")
    try:
        if start and not end:
            end = max(start, (naive_utc(context.now) + tz).date())
        if end and not start:
            start = min(end, (naive_utc(context.experiment["created_at"]) + tz).date())
    except OverflowError:
        raise HttpError(400, "the dates are out of range") from None
    if start and end and end < start:
        raise HttpError(400, f"the dates are out of order: {start} is after {end}")
    return start, end


def _phase(context: ReportContext, params: Mapping[str, str]) -> str:
    """Return the phase that is asked for, or the default one [choice 3]."""
    asked = params.get("report_phase", "")
    if not asked:
        serving = context.experiment.get("serving_variant_id") is not None
        return "pre_deploy" if serving else "all_time"
    if asked not in PHASES:
        raise HttpError(400, f"report_phase must be one of {', '.join(PHASES)}")
    return asked


def _groups(params: Mapping[str, str], name: str) -> list[list[dict[str, Any]]]:
    """Return a filter as a list of non-empty lists of objects."""
    text = params.get(name, "")
    if not text:
        return []
    try:
        groups = json.loads(text)
    except (ValueError, RecursionError):
        raise HttpError(400, f"{name} must be JSON text") from None
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        raise HttpError(400, f"{name} must be a list of lists")
    if not all(isinstance(rule, dict) for group in groups for rule in group):
        raise HttpError(400, f"{name} must hold objects in its inner lists")
    return [group for group in groups if group]
