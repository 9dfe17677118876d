"""Reports computed from visitor-level data: result, metrics, timeseries, distribution.

Each is a function `(visits, context, params) -> dict` that raises `HttpError` for a 400 or 404;
`ReportCache` is the thread-safe way to them.
"""

from midakit.sandbox.reports.metrics import metrics
from midakit.sandbox.reports.report_cache import ReportCache
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.result import result
from midakit.sandbox.reports.timeseries import timeseries
from midakit.sandbox.reports.traffic_split import distribution

__all__ = ["ReportCache", "ReportContext", "distribution", "metrics", "result", "timeseries"]
