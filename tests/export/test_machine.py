"""Whatever happens in whatever order: committed ids never repeat, and a whole export is the plan."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)  # fmt: skip

from midakit.export.files.buffer import Limits
from midakit.export.files.compact import compact
from midakit.export.files.folders import Folder
from midakit.export.files.verify import verify
from midakit.export.plan.plan import FILE
from support.account import Account, dying, survives
from support.exports import committed, plan_of, rows, run

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
COUNT = 6
DEATHS = st.none() | st.integers(0, 30)


class Exports(RuleBasedStateMachine):
    """Runs, kills, resumes, retries, damage and compactions over one folder."""

    @initialize(
        form=st.sampled_from(["parquet", "arrow", "csv", "jsonl"]),
        elsewhere=st.sets(st.integers(1, COUNT), max_size=2),
        specs=st.integers(1, 4),
    )
    def begin(self, form, elsewhere, specs):
        self.form, self.specs = form, specs
        self.account = Account(COUNT)
        self.account.status = dict.fromkeys(elsewhere, 404)
        self.folder = Path(tempfile.mkdtemp())
        self.place = self.folder / "out"
        self.ended = None
        """how the last run ended, while nothing has touched its files since"""
        run(self.account.client(), self.folder / "calm", format=form, **ASKED)
        self.calm = {name: rows(self.folder / "calm", name) for name in ASKED["kinds"]}
        self.tidy = True

    def teardown(self):
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def export(self, **wanted):
        self.ended = run(
            self.account.client(), self.place, limits=Limits(specs=self.specs), concurrency=2, **wanted
        )  # fmt: skip

    @property
    def planned(self):
        return (self.place / FILE).exists()

    @rule(request=DEATHS, step=DEATHS)
    def work(self, request, step):
        """Begin or resume; the process may die at a request or at a step to the disk."""
        self.ended = None
        self.account.die_at = request
        wanted = {"resume": True} if self.planned else {"format": self.form, **ASKED}
        with dying(step):
            survives(lambda: self.export(**wanted))
        self.account.die_at = None
        self.tidy = self.tidy or self.ended is not None

    @precondition(lambda self: self.planned)
    @rule()
    def retry(self):
        """Only what failed; what is still missing keeps it from being whole."""
        self.export(retry_failed=True)
        self.tidy = True

    @rule(number=st.integers(1, COUNT))
    def fail(self, number):
        """One experiment's reports are refused from now on."""
        if self.account.status.get(number) != 404:
            self.account.status[number] = 400

    @rule()
    def heal(self):
        """Every refusal ends."""
        self.account.status = {n: code for n, code in self.account.status.items() if code == 404}

    @precondition(lambda self: self.planned)
    @rule(step=DEATHS)
    def compact(self, step):
        """It may die, too: then old and new stand side by side until somebody writes here again."""
        with dying(step):
            alive = survives(lambda: compact(self.place))
        self.tidy = alive
        self.ended = self.ended if alive else None

    @precondition(lambda self: self.planned and self.tidy)
    @rule(data=st.data())
    def damage(self, data):
        """A file loses its end."""
        found = [
            name
            for name in Folder(self.place).names()
            if name.startswith(ASKED["kinds"]) and name.endswith(self.form)
        ]
        if found:
            victim = self.place / data.draw(st.sampled_from(found))
            victim.write_bytes(victim.read_bytes()[:-9])
            self.ended = None
            self.tidy = False

    @invariant()
    def ids_never_repeat(self):
        if hasattr(self, "tidy") and self.planned and self.tidy:
            assert set(committed(self.place).values()) <= {1}

    @invariant()
    def a_whole_export_is_its_plan(self):
        if not hasattr(self, "ended") or self.ended is None:
            return
        planned = {(spec.kind, spec.id) for spec in plan_of(self.place).specs}
        assert verify(self.place).ok == (set(committed(self.place)) == planned)
        if self.ended.exit_code == 0:
            assert set(committed(self.place)) == planned
            assert (self.place / "_SUCCESS").exists()
            for name, calm in self.calm.items():
                assert rows(self.place, name) == calm
        else:
            assert not (self.place / "_SUCCESS").exists()


Exports.TestCase.settings = settings(max_examples=25, stateful_step_count=10)
TestExports = Exports.TestCase
TestExports.__doc__ = "Runs, kills, resumes, retries, damage and compactions in any order."
