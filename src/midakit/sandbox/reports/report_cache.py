"""The front of the report engine: at most four queries at once, and no query asked twice.

ReportCache are bound by the processor, so more in flight only makes each of them slower. An answer is
remembered under the version of the data it was asked of: any write makes it unreachable.
"""

import copy
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from midakit.sandbox.reports.metrics import metrics
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.result import result
from midakit.sandbox.reports.timeseries import timeseries
from midakit.sandbox.state.timestamps import iso_text
from midakit.sandbox.state.visits import Visits

_Body = dict[str, Any]
_Report = Callable[[Visits, ReportContext, Mapping[str, str]], _Body]


class ReportCache:
    """Answers reports over one store; safe to call from many threads."""

    def __init__(self, visits: Visits, *, in_flight: int = 4, remember: int = 256) -> None:
        self._visits = visits
        self._slots = threading.BoundedSemaphore(in_flight)
        self._remember = remember
        self._known: OrderedDict[str, _Body] = OrderedDict()
        self._lock = threading.Lock()

    def result(self, context: ReportContext, params: Mapping[str, str]) -> _Body:
        """Per-variant conversions for one goal."""
        return self._answer(result, context, params)

    def metrics(self, context: ReportContext, params: Mapping[str, str]) -> _Body:
        """Secondary metrics per variant."""
        return self._answer(metrics, context, params)

    def timeseries(self, context: ReportContext, params: Mapping[str, str]) -> _Body:
        """Daily rows per variant for one goal."""
        return self._answer(timeseries, context, params)

    def _answer(self, report: _Report, context: ReportContext, params: Mapping[str, str]) -> _Body:
        question = [report.__name__, self._visits.version, context.project, context.experiment]
        key = json.dumps([*question, context.goals, iso_text(context.now), sorted(params.items())])
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return copy.deepcopy(self._known[key])
        with self._slots:
            body = report(self._visits, context, params)
        with self._lock:
            self._known[key] = copy.deepcopy(body)
            while len(self._known) > self._remember:
                self._known.popitem(last=False)
        return body
