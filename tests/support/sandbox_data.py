"""The sandbox's reference data set and a way to ask it for reports without a server."""

import json
from datetime import datetime
from pathlib import Path

from midakit.sandbox import reports
from midakit.sandbox.data.dataset_import import import_lines
from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visits import Visits

DATA = Path(__file__).parent.parent / "data" / "sandbox"
DATASET = DATA / "sandbox_dataset.jsonl"
REPORTS = {
    "result": reports.result,
    "metrics": reports.metrics,
    "timeseries": reports.timeseries,
}


class Sandboxed:
    """A loaded store and its definitions; `ask` answers like the server, as (status, body)."""

    def __init__(self, lines=DATASET, **options):
        self.visits = Visits(**options)
        self.definitions = import_lines(lines, self.visits)

    def context(self, test_id, **changes):
        project = self.definitions.projects[0]
        experiment = next(e for e in self.definitions.experiments if e["test_id"] == test_id)
        goals = changes.pop("goals", self.definitions.goals)
        return reports.ReportContext(project, {**experiment, **changes}, goals, self.now)

    @property
    def now(self) -> datetime:
        return naive_utc(self.definitions.projects[0]["now"])

    def ask(self, endpoint, test_id, /, context=None, **params):
        context = context or self.context(test_id)
        try:
            return 200, REPORTS[endpoint](self.visits, context, params)
        except HttpError as error:
            return error.status, {"error": error.message}

    def result(self, test_id=2301, **params):
        status, body = self.ask("result", test_id, **params)
        assert status == 200, body
        return body


def dataset_lines():
    return DATASET.read_text(encoding="utf-8").splitlines()


def filter_text(*groups):
    return json.dumps(list(groups))
