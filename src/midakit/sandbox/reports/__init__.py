"""Reports computed from visitor-level data: result, metrics, timeseries, distribution.

Each is a function `(visits, context, params) -> dict` that raises `HttpError` for a 400 or 404.
What one has counted is kept until a write touches it.
"""

from midakit.sandbox.reports.metrics import metrics
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.result import result
from midakit.sandbox.reports.timeseries import timeseries
from midakit.sandbox.reports.traffic_split import distribution

__all__ = ["ReportContext", "distribution", "metrics", "result", "timeseries"]
