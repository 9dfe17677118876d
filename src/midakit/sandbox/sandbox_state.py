"""Everything that one sandbox holds, under the names that the handlers use.

    records  (SQLite)   projects, experiments, goals, ...   -> what the API shows
    visits   (columns)  visitors, assignments, events       -> what reports are computed from
    clock, requests, faults, stubs                          -> what only a sandbox has

`reset` restores all of it to the baseline: what was seeded or imported; `restore` to a snapshot. A
namespace is a state of its own in memory, which starts from this baseline.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.active_rules import ActiveFaultRules
from midakit.sandbox.reports import ReportContext
from midakit.sandbox.settings import Settings
from midakit.sandbox.state.clock import Clock, parse_time
from midakit.sandbox.state.data_folder import RECORDS, REPLACED, SNAPSHOTS, DataFolder
from midakit.sandbox.state.namespaces import Namespaces
from midakit.sandbox.state.records import Records
from midakit.sandbox.state.request_log import RequestLog
from midakit.sandbox.state.snapshots import Snapshots
from midakit.sandbox.state.timestamps import iso_text, microseconds, naive_utc
from midakit.sandbox.state.visits import Visits
from midakit.sandbox.stubs.active_stubs import ActiveStubs
from midakit.sandbox.values import Body

_TEAM = (
    ("Alicia", "alicia@example.com", 0, "active", "direct", "2026-08-18T09:12:44.000Z"),
    ("Ethan", "ethan@example.com", 1, "active", "invited member", "2026-08-19T02:03:10.000Z"),
    ("Mei", "mei@example.com", 2, "active", "invited member", "2026-08-17T16:40:00.000Z"),
    ("Sam", "sam@example.com", 3, "invited", "invited member", None),
)
_MEMBER = ("name", "email", "role", "status", "membership", "last_login_at")
_OPTIONS_ID = 1
_DELETED = 2
_MOST_PAGES = 10
_OLD = "data"


class SandboxState:
    """The state of one sandbox.

    Args:
        settings: How the sandbox was started.
        root: The state of the server, when this one is of a namespace.

    Raises:
        OSError: The data in the folder of the settings cannot be opened.
    """

    records: Records
    visits: Visits
    snapshots: Snapshots

    def __init__(self, settings: Settings, root: "SandboxState | None" = None) -> None:
        self.settings = settings
        self.root = root or self
        """The state of the server, which knows the namespaces."""
        self.namespaces = Namespaces(self._new_namespace, SandboxState.close)
        self._folder: DataFolder | None = None
        if root is None:
            self._open(settings.data_dir)
        else:
            self._fork(root)
        self.clock = Clock()
        self.requests = RequestLog()
        self.faults = ActiveFaultRules(settings.fault_seed)
        self.stubs = ActiveStubs()
        self.loading = threading.Lock()
        """Held while the data are replaced, exported or reset."""
        self.apply_options()
        if self._replaced.names():
            self._go_back()
        if self._folder is not None and (interrupted := self._folder.interrupted) is not None:
            self.restore(interrupted) if interrupted else self.reset()

    def _new_namespace(self, _name: str) -> "SandboxState":
        """Return the state of a new namespace: this baseline, in memory."""
        return SandboxState(replace(self.settings, data_dir=None), self)

    def _fork(self, root: "SandboxState") -> None:
        """Share the baseline of the server's state."""
        self._opened = ExitStack()
        self.records, self.visits = root.records.fork(), root.visits.fork()
        self._opened.callback(self.records.close)
        self.snapshots, self._replaced = Snapshots(others=root.snapshots), Snapshots()

    def _open(self, path: Path | None) -> None:
        """Open the stores, or say in one line why they cannot be opened."""
        self._opened = ExitStack()
        try:
            if path is not None:
                self._folder = DataFolder(path)
                self._opened.callback(self._folder.close)
            self.records = Records(path / RECORDS if path else None)
            self._opened.callback(self.records.close)
            self.visits = Visits(path)
            self._opened.callback(self.visits.close)
            self.snapshots = Snapshots(path / SNAPSHOTS if path else None)
            self._replaced = Snapshots(path / REPLACED if path else None)
        except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
            self._opened.close()
            if path is None:
                raise
            reason = str(error).partition("\n")[0]
            raise OSError(f"cannot open the data in {path}: {reason}") from error

    # ------------------------------------------------------------- options

    @property
    def options(self) -> Body:
        """What can be changed while the server runs, and the clock that is stored with it."""
        stored = self.records.find("option", _OPTIONS_ID) or {}
        return {
            "plan": self.settings.plan,
            "personalization": self.settings.personalization,
            "ld_rate_limit": self.settings.ld_rate_limit,
            "clock": {},
            **stored,
        }

    def change_options(self, **changes: Any) -> None:
        """Set options and keep them with the data.

        Args:
            **changes: New values by the names in `options`.
        """
        self.records.put("option", _OPTIONS_ID, {**self.options, **changes})
        self.apply_options()

    def apply_options(self) -> None:
        """Apply the options and the clock that are stored with the data."""
        options = self.options
        self.plan: int | None = options["plan"]
        self.personalization: bool = options["personalization"]
        self.ld_rate_limit: int | None = options["ld_rate_limit"]
        self.clock.restore(options["clock"])

    def set_clock(self, freeze: str | bool | None, move: float | None) -> None:
        """Freeze the clock, let it run, or move it, and store its state with the data.

        Args:
            freeze: True or a time (ISO 8601) to stop the clock at, False to let it run.
            move: Seconds to move it by; a negative number moves it back.

        Raises:
            HttpError: 400, the time is not one, or lies too far away.
        """
        clock = Clock()
        clock.restore(self.clock.state())
        if freeze:
            clock.freeze(parse_time(freeze) if isinstance(freeze, str) else None)
        if freeze is False:
            clock.run()
        if move is not None:
            clock.move(move)
        self.change_options(clock=clock.state())  # all of it, or nothing

    # ------------------------------------------------------------- objects

    def now_text(self) -> str:
        """Return the sandbox's time as the API writes it."""
        return iso_text(self.clock.now())

    def put_project(self, number: int, stored: Body) -> None:
        """Write a project; a deleted one (status 2) leaves the lists.

        Args:
            number: Its id among the records.
            stored: The whole project.
        """
        self.records.put(
            "project",
            number,
            {**stored, "number": number},
            company=stored["company_id"],
            name=stored["project_key"],
            active=stored["status"] != _DELETED,
        )

    def change_project(self, project_key: str, changes: Body) -> Body:
        """Update fields of a project.

        Args:
            project_key: As in the path of requests for it.
            changes: The new values.

        Returns:
            The whole project.

        Raises:
            HttpError: 404, there is no such project.
        """
        with self.records.change():
            stored = self.records.find_by_name("project", project_key)
            if stored is None:
                raise HttpError(404, "Project not found")
            changed = {**stored, **changes}
            self.put_project(stored["number"], changed)
        return changed

    def put_experiment(self, stored: Body, *, active: bool = True) -> None:
        """Write an experiment, or delete it softly.

        Args:
            stored: The whole experiment.
            active: False deletes it softly.
        """
        self.records.put(
            "experiment",
            stored["test_id"],
            stored,
            company=stored["company_id"],
            project=stored["project_key"],
            active=active,
        )

    def change_experiment(self, stored: Body, changes: Body) -> None:
        """Update fields of an experiment, and the time of its last update.

        Args:
            stored: The experiment so far.
            changes: The new values.
        """
        self.put_experiment({**stored, **changes, "updated_at": self.now_text()})

    def put_goal(self, project_key: str, stored: Body) -> None:
        """Write a goal; a deleted one leaves the lists.

        Args:
            project_key: The project it belongs to.
            stored: The whole goal.
        """
        self.records.put(
            "goal",
            stored["goal_profile_id"],
            stored,
            project=project_key,
            name=stored["goal_key"],
            active=stored["status"] == 1,
        )

    def report_context(self, project: Body, experiment: Body) -> ReportContext:
        """Return what a report needs besides the visits.

        Args:
            project: The stored project.
            experiment: The stored experiment.

        Returns:
            Both of them, all goals of the project, and the sandbox's time; while the clock stands
            still, what lies after it does not count.
        """
        goals = self.records.find_all("goal", project=project["project_key"], deleted=True)
        now = self.clock.now()
        ahead = self.clock.frozen and self.visits.latest() > microseconds(naive_utc(now))
        return ReportContext(project, experiment, goals, now, now if ahead else None)

    def top_pages(self, project_key: str, since: datetime) -> list[tuple[str, int]]:
        """Return the ten landing pages with the most visitors.

        Args:
            project_key: Project whose visitors are counted.
            since: Only visitors who came after this time.

        Returns:
            Pairs of an address and its number of visitors, most visited first.
        """
        return self.visits.top_pages(project_key, since, _MOST_PAGES)

    # ------------------------------------------------------------- accounts

    def add_project(self, project: Body, api_key: str | None) -> Body:
        """Add a project, and a team when its account has none.

        Args:
            project: At least its `project_key`; the rest has defaults.
            api_key: A key that opens it, or None.

        Returns:
            The whole project.

        Raises:
            HttpError: 409, there is a project with this key.
        """
        with self.records.change():
            if self.records.find_by_name("project", project["project_key"]):
                raise HttpError(409, "A project with this key exists")
            defaults = {"company_id": 1001, "status": 1, "created_at": self.now_text()}
            stored = {**project, **defaults, **project}  # what was given comes first in an export
            self.put_project(self.records.next_id("project"), stored)
            if api_key and stored["status"] != _DELETED:
                self.add_key(api_key, stored["project_key"])
            self._add_team(stored["company_id"])
        return stored

    def add_key(self, api_key: str, project_key: str) -> None:
        """Let an API key open a project.

        Args:
            api_key: The key; it may open other projects already.
            project_key: Project that the key may read and change from now on.

        Raises:
            HttpError: 404, there is no such project.
        """
        project = self.records.find_by_name("project", project_key)
        if project is None:
            raise HttpError(404, f"No project {project_key} to give a key to")
        body = {"project_key": project_key, "company_id": project["company_id"]}
        self.records.put("key", self.records.next_id("key"), body, name=api_key)

    def _add_team(self, company: int) -> None:
        """Add the four members to an account that has none."""
        if not self.records.find_all("member", company=company):
            for person in _TEAM:
                member: Body = dict(zip(_MEMBER, person, strict=True))
                self.records.put("member", self.records.next_id("member"), member, company=company)

    # ------------------------------------------------------------- going back

    def reset(self) -> None:
        """Restore the baseline; requests, faults and stubs are forgotten."""
        with self._restoring(""):
            self.records.reset()
            self.visits.reset()
        self._start_again()

    def take_snapshot(self, name: str) -> None:
        """Keep the present data, options and clock under a name.

        Args:
            name: Letters, digits, `.`, `_` and `-`; an older snapshot of this name is gone.

        Raises:
            HttpError: 400, a snapshot cannot be called so.
            OSError: It could not be written.
        """
        self.snapshots.take(name, self.records, self.visits)

    def restore(self, name: str) -> None:
        """Go back to a snapshot and to its baseline; requests, faults and stubs are forgotten.

        Args:
            name: The name of a snapshot; a namespace has those of the server too.

        Raises:
            HttpError: 404, there is no such snapshot.
            OSError: It could not be written; the next start does it.
        """
        snapshot = self.snapshots.get(name)
        with self._restoring(name):
            self.records.restore(snapshot.records)
            self.visits.restore(snapshot.visits, snapshot.folder)
        self._start_again()

    def _restoring(self, name: str) -> AbstractContextManager[None]:
        """Note on disk what is being restored, so that a kill leaves no half of it."""
        return self._folder.restoring(name) if self._folder is not None else nullcontext()

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """Keep the old data on disk until the new ones are whole: after a kill the next start restores them.

        Raises:
            OSError: They could not be kept; nothing has begun.
        """
        if self._folder is None:
            yield
            return
        self._replaced.take(_OLD, self.records, self.visits)
        before = self.visits.image().origin
        try:
            yield
        except BaseException:
            if self.visits.image().origin is before:
                self._replaced.drop(_OLD)
            else:
                self._go_back()  # the visits are new already, and the objects are not
            raise
        self._replaced.drop(_OLD)
        self._folder.forget_restore()  # of a restore that failed before

    def _go_back(self) -> None:
        """Restore the data that an error or a kill has left half replaced."""
        old = self._replaced.get(_OLD)
        self.records.restore(old.records)
        self.visits.restore(old.visits, old.folder)
        self._replaced.drop(_OLD)
        self.apply_options()

    def _start_again(self) -> None:
        """Apply the options of the data, and forget what happened."""
        self.apply_options()
        self.requests.clear()
        self.faults.clear()
        self.stubs.clear()

    def close(self) -> None:
        """Close the stores, and those of the namespaces; nothing can be read afterwards."""
        self.namespaces.clear()
        self._opened.close()
