"""Everything one sandbox holds, behind the names the handlers use.

    records  (SQLite)   projects, experiments, goals, ...   -> what the API shows
    visits   (DuckDB)   visitors, assignments, events       -> what reports are computed from
    clock, requests, faults                                 -> the sandbox's own state

`reset` takes the first three back to the baseline: what was seeded or imported.
"""

import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from midakit.sandbox.answers import Body
from midakit.sandbox.data.dataset_format import Definitions
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.active_rules import ActiveFaultRules
from midakit.sandbox.reports import ReportCache, ReportContext
from midakit.sandbox.settings import Settings
from midakit.sandbox.state.clock import Clock, parse_time
from midakit.sandbox.state.records import Records
from midakit.sandbox.state.request_log import RequestLog
from midakit.sandbox.state.timestamps import iso_text
from midakit.sandbox.state.visits import Visits

_TEAM = (
    ("Alicia", "alicia@example.com", 0, "active", "direct", "2026-08-18T09:12:44.000Z"),
    ("Ethan", "ethan@example.com", 1, "active", "invited member", "2026-08-19T02:03:10.000Z"),
    ("Mei", "mei@example.com", 2, "active", "invited member", "2026-08-17T16:40:00.000Z"),
    ("Sam", "sam@example.com", 3, "invited", "invited member", None),
)
_PROJECT: Body = {"company_id": 1001, "status": 1}
_OPTIONS = 1
_DELETED = 2
_SUGGESTED = 10


class SandboxState:
    """The state of one sandbox."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        folder = settings.data_dir
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.records = Records(folder / "records.sqlite3" if folder else None)
        self.visits = self._opened(folder)
        self.reports = ReportCache(self.visits)
        self.clock = Clock()
        self.requests = RequestLog()
        self.faults = ActiveFaultRules(settings.fault_seed)
        self.loading = threading.Lock()
        self.resume()

    def _opened(self, folder: Path | None) -> Visits:
        try:
            return Visits(folder)
        except Exception as error:
            self.records.close()
            if folder is None:
                raise
            reason = str(error).partition("\n")[0]
            raise OSError(f"cannot open the data in {folder}: {reason}") from error

    # ------------------------------------------------------------- options

    @property
    def options(self) -> Body:
        """What the admin can change while the server runs."""
        stored = self.records.find("option", _OPTIONS) or {}
        return {
            "plan": self.settings.plan,
            "personalization": self.settings.personalization,
            "ld_rate_limit": self.settings.ld_rate_limit,
            "clock": {},
            **stored,
        }

    def change_options(self, **changes: Any) -> None:
        """Change options and keep them with the data."""
        self.records.put("option", _OPTIONS, {**self.options, **changes})
        self.resume()

    def resume(self) -> None:
        """Take up the options and the clock that are kept with the data."""
        options = self.options
        self.plan: int | None = options["plan"]
        self.personalization: bool = options["personalization"]
        self.ld_rate_limit: int | None = options["ld_rate_limit"]
        self.clock.restore(options["clock"])

    def keep_clock(self) -> None:
        """Remember the clock's state with the data."""
        self.change_options(clock=self.clock.state())

    # ------------------------------------------------------------- objects

    def now_text(self) -> str:
        """The present, as the API writes it."""
        return iso_text(self.clock.now())

    def put_project(self, number: int, stored: Body) -> None:
        """Write a project; a deleted one (status 2) leaves the lists."""
        self.records.put(
            "project",
            number,
            {**stored, "number": number},
            company=stored["company_id"],
            name=stored["project_key"],
            active=stored["status"] != _DELETED,
        )

    def change_project(self, project_key: str, changes: Body) -> Body:
        """Change fields of a project and return it whole."""
        with self.records.change():
            stored = self.records.find_by_name("project", project_key)
            if stored is None:
                raise HttpError(404, "Project not found")
            changed = {**stored, **changes}
            self.put_project(stored["number"], changed)
        return changed

    def put_experiment(self, stored: Body, *, active: bool = True) -> None:
        """Write an experiment."""
        self.records.put(
            "experiment",
            stored["test_id"],
            stored,
            company=stored["company_id"],
            project=stored["project_key"],
            active=active,
        )

    def put_goal(self, project_key: str, stored: Body) -> None:
        """Write a goal; a deleted one leaves the lists."""
        self.records.put(
            "goal",
            stored["goal_profile_id"],
            stored,
            project=project_key,
            name=stored["goal_key"],
            active=stored["status"] == 1,
        )

    def goal(self, project_key: str, number: int | None) -> Body | None:
        """A goal of the project, deleted ones too."""
        return self.records.find("goal", number or 0, project=project_key, deleted=True)

    def context(self, project: Body, experiment: Body) -> ReportContext:
        """What a report needs besides the visits."""
        goals = self.records.find_all("goal", project=project["project_key"], deleted=True)
        return ReportContext(project, experiment, goals, self.clock.now())

    def top_pages(self, project_key: str, since: datetime) -> list[tuple[str, int]]:
        """Landing pages by visitors."""
        rows = self.visits.query(
            "SELECT landing_page, count(*) FROM visitors "
            "WHERE project_key = $project AND created_at >= $since AND landing_page <> '' "
            "GROUP BY landing_page ORDER BY count(*) DESC, landing_page LIMIT $limit",
            {"project": project_key, "since": since.replace(tzinfo=None), "limit": _SUGGESTED},
        )
        return [(str(page), int(count)) for page, count in rows]

    # ------------------------------------------------------------- data sets

    def take(self, definitions: Definitions) -> None:
        """Replace every object by a data set's; what is there now becomes the baseline."""
        companies = {item["project_key"]: item["company_id"] for item in definitions.projects}
        with self.records.change():
            self.records.clear()
            for project in definitions.projects:
                self.add_project(project, self.settings.api_key)
            for key, project_key in self.settings.api_keys.items():
                self.add_key(key, project_key)
            for goal in definitions.goals:
                self.put_goal(goal["project_key"], goal)
            for experiment in definitions.experiments:
                company = companies[experiment["project_key"]]
                self.put_experiment({**experiment, "company_id": company})
            self.clock.restore(None)
            if now := definitions.projects[0].get("now"):
                self.clock.freeze(parse_time(now))
            self.keep_clock()
        self.records.keep_baseline()

    def add_project(self, project: Body, api_key: str | None) -> Body:
        """A project made by hand, with an API key of its own if one is given."""
        with self.records.change():
            if self.records.find_by_name("project", project["project_key"]):
                raise HttpError(409, "A project with this key exists")
            stored = {**project}
            for name, value in {**_PROJECT, "created_at": self.now_text()}.items():
                stored.setdefault(name, value)
            self.put_project(self.records.next_id("project"), stored)
            if api_key and stored["status"] != _DELETED:
                self.add_key(api_key, stored["project_key"])
            self._add_team(stored["company_id"])
        return stored

    def add_key(self, api_key: str, project_key: str) -> None:
        """Let a key open a project."""
        project = self.records.find_by_name("project", project_key)
        if project is None:
            raise HttpError(404, f"No project {project_key} to give a key to")
        body = {"project_key": project_key, "company_id": project["company_id"]}
        self.records.put("key", self.records.next_id("key"), body, name=api_key)

    def _add_team(self, company: int) -> None:
        if self.records.find_all("member", company=company):
            return
        names = ("name", "email", "role", "status", "membership", "last_login_at")
        for person in _TEAM:
            member: Body = dict(zip(names, person, strict=True))
            self.records.put("member", self.records.next_id("member"), member, company=company)

    def reset(self) -> None:
        """Back to the baseline; requests and faults are forgotten."""
        self.records.reset()
        self.visits.reset()
        self.resume()
        self.requests.clear()
        self.faults.clear()

    def close(self) -> None:
        """Close the stores."""
        self.visits.close()
        self.records.close()
