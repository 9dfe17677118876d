"""The cache of reports: at most four are computed at once, and none twice.

Reports are bound by the processor, so more in flight only makes each of them slower. An answer is
kept under the version of the data that it was computed from: any write makes it unreachable. The
time is part of its key, so that only a frozen clock gives the same answer again.
"""

import copy
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.state.timestamps import iso_text
from midakit.sandbox.state.visits import Visits
from midakit.sandbox.values import Body

Report = Callable[[Visits, ReportContext, Mapping[str, str]], Body]


class ReportCache:
    """The reports over one store; safe to use from many threads.

    Args:
        visits: The store.
        in_flight: How many reports may be computed at once.
        size: How many answers are kept.
    """

    def __init__(self, visits: Visits, *, in_flight: int = 4, size: int = 256) -> None:
        self._visits = visits
        self._slots = threading.BoundedSemaphore(in_flight)
        self._size = size
        self._known: OrderedDict[str, Body] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, report: Report, context: ReportContext, params: Mapping[str, str]) -> Body:
        """Return a report, computed now or before.

        Args:
            report: `result`, `metrics` or `timeseries`.
            context: What the report is about.
            params: The query as it was sent.

        Returns:
            The body of the answer, for the caller to keep.

        Raises:
            HttpError: 400 or 404, the report cannot be made.
        """
        about = [report.__name__, self._visits.version, context.project, context.experiment]
        key = json.dumps([*about, context.goals, iso_text(context.now), sorted(params.items())])
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return copy.deepcopy(self._known[key])
        with self._slots:
            body = report(self._visits, context, params)
        with self._lock:
            self._known[key] = copy.deepcopy(body)
            while len(self._known) > self._size:
                self._known.popitem(last=False)
        return body
