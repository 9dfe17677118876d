"""Whatever happens in whatever order: what was applied is there once, and drift is what others did."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from midakit import Mida
from midakit.ascode import CodeFolder
from midakit.sandbox import Sandbox

SHOP = "https://shop.example.com/"
NAMES = ("alpha", "beta", "gamma")
STATUSES = ("draft", "live", "inactive")
VALUES = {
    "nickname": st.sampled_from(["Red", "Blue", "Größe"]),
    "traffic": st.integers(0, 100),
    "device": st.sampled_from([[], ["mobile"], ["desktop", "mobile"]]),
    "code": st.sampled_from(["", "a();", "a();\nb();\n"]),
}
KEY = "key-of-another-account"
DEATH = st.integers(0, 12)


class Killed(BaseException):
    """What stands for a process that ends between two lines."""


class Project(RuleBasedStateMachine):
    """Files, a server, people who edit both, and processes that are killed."""

    @initialize()
    def begin(self):
        SERVER.reset()
        SERVER.state.add_project({"project_key": "EMPTY", "company_id": 7}, KEY)
        self.root = Path(tempfile.mkdtemp())
        self.mida = Mida(KEY, project_key="EMPTY", base_url=SERVER.base_url)
        self.folder = CodeFolder(self.root / "one", self.mida)
        self.folder.pull()

    def teardown(self):
        if hasattr(self, "mida"):
            self.mida.close()
            shutil.rmtree(self.root)

    # ------------------------------------------------------------- people who edit files

    @rule(name=st.sampled_from(NAMES), status=st.sampled_from(STATUSES), **VALUES)
    def write_experiment(self, name, status, nickname, traffic, device, code):
        self.folder.files.write("experiment", name, {
            "test_name": name.title(), "status": status, "url": SHOP, "custom_js": code,
            "variants": [{"nickname": nickname, "customJS": code}],
            "targeting": {"device_rule": device}, "configuration": {"traffic_allocation": traffic},
        })  # fmt: skip

    @rule(name=st.sampled_from(NAMES), value=st.sampled_from(["a", "b"]))
    def write_goal(self, name, value):
        self.folder.files.write("goal", name, {
            "goal_key": f"goal_{name}", "goal_name": name, "goal_type": "event", "goal_value": value,
        })  # fmt: skip

    @rule(percents=st.sampled_from([None, (30, 70)]))
    def write_group(self, percents):
        found = sorted(self.folder.files.read()["experiment"])[:2]
        if len(found) == 2:
            tests = dict(zip(found, percents, strict=True)) if percents else found
            self.folder.files.write("group", "both", {"name": "Both", "tests": tests})

    @rule(kind=st.sampled_from(["goal", "group", "experiment"]), name=st.sampled_from(NAMES))
    def delete_file(self, kind, name):
        files = self.folder.files.read()
        if kind == "experiment" and any(name in one["tests"] for one in files["group"].values()):
            return
        self.folder.files.remove(kind, "both" if kind == "group" else name)

    # ------------------------------------------------------------- people who edit the server

    @rule(nickname=VALUES["nickname"], pick=st.integers(0, 5))
    def edit_on_the_server(self, nickname, pick):
        known = [one.test_id for one in self.mida.experiments.list() if one.test_name in TITLES]
        if known:
            self.mida.experiments.update(
                known[pick % len(known)], variants=[{"nickname": f"hand {nickname}"}]
            )

    # ------------------------------------------------------------- processes

    @rule()
    def pull(self):
        self.folder.pull()
        plan = self.folder.plan()
        new = {one.name for one in plan.steps if one.action == "create"}
        others = [one for one in plan.steps if one.name not in new]
        # code that was written into a file and never sent stays there: the API does not show it
        assert not [change for one in others for change in one.changes if change.readable]
        assert plan.unmanaged == ()

    @rule()
    def apply(self):
        self.folder.apply(allow_live=True)
        assert not self.folder.plan()

    @rule(step=DEATH)
    def apply_and_die(self, step):
        """The process ends after a request was answered and before anything was written down."""
        sent = [0]

        def die(event):
            if event.call is not None and event.call.method != "GET":
                sent[0] += 1
                if sent[0] > step:
                    raise Killed

        with Mida(KEY, project_key="EMPTY", base_url=SERVER.base_url) as mida:
            mida.hooks.on_answer(die)
            try:
                CodeFolder(self.root / "one", mida).apply(allow_live=True)
            except Killed:
                pass
        self.apply()

    @rule()
    def apply_twice_from_two_places(self):
        """Somebody else has the same files and does not know the ids of this place."""
        other = self.root / "two"
        shutil.rmtree(other, ignore_errors=True)
        shutil.copytree(self.root / "one", other)
        plan = self.folder.apply(allow_live=True)
        if any(one.action == "delete" for one in plan.steps):
            return  # the other place would make again what it still knows
        second = CodeFolder(other, self.mida)
        again = second.apply(allow_live=True)  # code is sent again: the API does not show it
        assert not [change for one in again.steps for change in one.changes if change.readable]
        assert not self.folder.plan()

    # ------------------------------------------------------------- what always holds

    @invariant()
    def nothing_is_there_twice(self):
        if hasattr(self, "mida"):
            names = [one.test_name for one in self.mida.experiments.list()]
            mine = [one for one in names if one in TITLES]
            assert len(mine) == len(set(mine))
            groups = [one.name for one in self.mida.exclusion_groups.list().groups]
            assert len(groups) == len(set(groups))


TITLES = {name.title() for name in NAMES}
SERVER: Sandbox


@pytest.fixture(autouse=True, scope="module")
def _server():
    global SERVER
    with Sandbox(seed=1, visitors=50) as SERVER:
        yield


Project.TestCase.settings = settings(max_examples=15, stateful_step_count=15)
TestProject = Project.TestCase
