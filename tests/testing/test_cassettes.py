"""Cassettes: recorded against the sandbox on a real socket, replayed with the server gone."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
import pytest

from midakit import AsyncMida, ConnectionFailed, Mida, NotFound
from midakit.core.wire.messages import Request, Response
from midakit.errors import ConfigurationError
from midakit.mida import calls
from midakit.sandbox import Sandbox
from midakit.testing.asked import Unexpected
from midakit.testing.cassettes import Cassette, Mode, file_name
from midakit.testing.routes import Routes

pytest_plugins = ["pytester"]
NOWHERE = {"api_key": "another", "project_key": "elsewhere", "base_url": "http://127.0.0.1:9/v2"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "deep" / "cassette.json"


def options(sandbox):
    return {
        "api_key": sandbox.api_key,
        "project_key": sandbox.project_key,
        "base_url": sandbox.base_url,
    }


def test_a_recording_replays_without_the_server(path):
    """With the sandbox stopped and with other keys, the same calls give equal models."""

    def work(mida):
        return (
            mida.experiments.list().collect(),
            mida.experiments.result(1001, breakdown_by="device"),
            mida.projects.list().collect(),
            mida.projects.get(),
            mida.goals.list().collect(),
        )

    with Sandbox(seed=1, visitors=500) as sandbox:
        keys = (sandbox.api_key, sandbox.project_key)
        with (
            Cassette(path, "record") as cassette,
            Mida(**options(sandbox), transport=cassette) as mida,
        ):
            live = work(mida)
    with Cassette(path) as cassette, Mida(**NOWHERE, transport=cassette) as mida:
        replayed = work(mida)
        assert cassette.unused == []
    assert replayed[0] == live[0]
    assert replayed[1] == live[1]
    assert [one.name for one in replayed[2]] == [one.name for one in live[2]]
    assert replayed[4] == live[4]
    assert all(key.encode() not in path.read_bytes() for key in keys)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_fan_outs_are_recorded_the_same_every_time(path, mida_sandbox, backend):
    """However answers overtake each other, two recordings are the same bytes, and replay."""
    asked = [calls.experiments.result(n, tz=str(tz)) for n in (1001, 1002) for tz in range(6)]

    async def work(cassette, where):
        async with AsyncMida(**where, transport=cassette) as mida:
            return await mida.gather(asked, limit=8)

    files, answers = [], []
    for _ in range(2):
        with Cassette(path, "record") as cassette:
            answers = anyio.run(work, cassette, options(mida_sandbox), backend=backend)
        files.append(path.read_bytes())
    assert files[0] == files[1]
    with Cassette(path) as cassette:
        assert anyio.run(work, cassette, NOWHERE, backend=backend) == answers


def test_blocking_fan_outs_are_recorded(path, mida_sandbox):
    """Threads record side by side, and nothing is lost."""
    asked = [calls.experiments.result(1001, tz=str(tz)) for tz in range(8)]
    with (
        Cassette(path, "record") as cassette,
        Mida(**options(mida_sandbox), transport=cassette) as mida,
    ):
        live = mida.gather(asked)
    with Cassette(path) as cassette, Mida(**NOWHERE, transport=cassette) as mida:
        assert mida.gather(asked) == live


def test_repeats_and_faults_come_in_their_order(path, mida_sandbox):
    """A 503 and the retry after it are both on the cassette; so is a refusal."""
    mida_sandbox.faults({"action": "status", "args": {"code": 503}, "times": 1})
    with (
        Cassette(path, "record") as cassette,
        Mida(**options(mida_sandbox), transport=cassette) as mida,
    ):
        assert len(mida.send_raw(calls.experiments.result(1001)).attempts) == 2
        with pytest.raises(NotFound):
            mida.experiments.get(99)
    with Cassette(path) as cassette, Mida(**NOWHERE, transport=cassette) as mida:
        response = mida.send_raw(calls.experiments.result(1001))
        assert [one.status for one in response.attempts] == [503, 200]
        with pytest.raises(NotFound):
            mida.experiments.get(99)


class Goals:
    """A transport whose answer says which project was asked."""

    def send(self, request: Request) -> Response:
        project = request.target.decode().split("/")[3]
        goals = [{"goal_profile_id": 1, "goal_name": project[:4]}]
        return Response(200, (), json.dumps({"success": True, "goals": goals}).encode())


def goals_of(order: Sequence[str], path: Path, mode: Mode) -> list[str | None]:
    """The names of the goals of projects, in the order in which these are asked."""
    with (
        Cassette(path, mode, inner=Goals()) as cassette,
        Mida("key", project_key="p", region="us", transport=cassette) as mida,
    ):
        return [mida.project(key).goals.list().collect()[0].goal_name for key in order]


def test_each_project_gets_its_own_answers(path: Path) -> None:
    """One call to two projects replays right in another order, and `new` records what a project lacks."""
    shop, blog = "shop-abcdefgh", "blog-ijklmnop"
    assert goals_of([shop], path, "record") == ["shop"]
    assert goals_of([blog, shop], path, "new") == ["blog", "shop"]
    assert goals_of([blog, shop], path, "replay") == ["blog", "shop"]
    assert goals_of(["any", "any"], path, "replay") == ["shop", "blog"]
    with pytest.raises(Unexpected, match="more often than the 1 times"):
        goals_of([blog, blog], path, "replay")


def test_prepared_answers_can_be_recorded(path: Path) -> None:
    """Routes, and a cassette, are an inner transport for blocking clients too."""
    routes = Routes()
    routes.on("get_goal").respond({"goal": {"goal_name": "Order"}})
    copied = path.with_name("copy.json")
    for file, inner in ((path, routes), (copied, None)):
        with (
            Cassette(file, "record", inner=inner or Cassette(path)) as cassette,
            Mida("key", project_key="p", region="us", transport=cassette) as mida,
        ):
            assert mida.goals.get(1).goal_name == "Order"
    assert copied.read_bytes() == path.read_bytes()


def test_a_dead_network_replays_as_one(path):
    """Transport errors are recorded by kind, without the host that they name."""
    for mode in ("record", "replay"):
        with (
            Cassette(path, mode) as cassette,
            Mida(**NOWHERE, transport=cassette, retry=1) as mida,
            pytest.raises(ConnectionFailed),
        ):
            mida.experiments.get(1)
    assert b"127.0.0.1" not in path.read_bytes()


def test_replay_names_what_is_missing(path, mida_sandbox):
    """An unrecorded call names the nearest recording, the difference, and how to record it."""
    with (
        Cassette(path, "record") as cassette,
        Mida(**options(mida_sandbox), transport=cassette) as mida,
    ):
        mida.experiments.result(1001)
    with Cassette(path) as cassette, Mida(**NOWHERE, transport=cassette) as mida:
        with pytest.raises(Unexpected) as caught:
            mida.experiments.result(1001, tz="2")
        assert "--mida-record=new" in str(caught.value)
        assert "query 'tz' is \"2\", not expected" in str(caught.value)
        mida.experiments.result(1001)
        with pytest.raises(Unexpected, match="more often than the 1 times"):
            mida.experiments.result(1001)


def test_new_asks_only_for_what_is_missing(path, mida_sandbox):
    """Mode `new` replays what is there and adds the rest."""
    for numbers in ((1001,), (1001, 1002)):
        before = len(mida_sandbox.requests())
        with (
            Cassette(path, "new") as cassette,
            Mida(**options(mida_sandbox), transport=cassette) as mida,
        ):
            for number in numbers:
                mida.experiments.result(number)
        assert len(mida_sandbox.requests()) == before + 1
    with Cassette(path) as cassette:
        assert len(cassette.unused) == 2


def test_a_test_that_fails_keeps_the_old_file(path, mida_sandbox):
    """An error inside the block leaves the cassette as it was, and no half file beside it."""
    path.parent.mkdir()
    path.write_text('{"midakit": 1, "exchanges": []}')
    with pytest.raises(RuntimeError), Cassette(path, "record") as cassette:
        with Mida(**options(mida_sandbox), transport=cassette) as mida:
            mida.experiments.result(1001)
        raise RuntimeError
    assert path.read_text() == '{"midakit": 1, "exchanges": []}'
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"midakit": 1, "exchanges": [{}]}'])
def test_a_file_that_is_no_cassette_is_named(path, text):
    """A damaged file is an error with its path, no traceback from a parser."""
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"cassette.json is not a cassette"):
        Cassette(path)


def test_names_of_tests_become_names_of_files():
    """No test's name leaves its folder, and no two tests share a file."""
    names = ["test_a", "test_a[../../x]", "test_a[.. .. x]", "..", "test_" + "x" * 300, "test_a[é]"]
    files = [file_name(name) for name in names]
    assert files[0] == "test_a.json"
    assert len(set(files)) == len(names)
    assert all("/" not in file and not file.startswith(".") and len(file) < 120 for file in files)


def test_the_fixture_records_and_replays(pytester):
    """`--mida-record=record` writes beside the test; the next run needs no server."""
    pytester.makepyfile(
        test_shop="""
        import os
        import pytest
        from midakit import Mida

        @pytest.mark.parametrize("place", ["../x"])
        def test_it(mida_cassette, place):
            with Mida("any", project_key="any", base_url=os.environ["URL"],
                      transport=mida_cassette, retry=1) as mida:
                with pytest.raises(Exception, match="as recorded" if os.environ["AGAIN"] else None):
                    mida.experiments.get(1)
        """
    )
    run = ("-p", "no:cacheprovider", "-p", "midakit.testing.plugin", "-q")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
        )  # other plugins take longer than all the rest
        patch.setenv("URL", NOWHERE["base_url"])
        patch.setenv("AGAIN", "")
        pytester.runpytest_subprocess(*run, "--mida-record=record").assert_outcomes(passed=1)
        patch.setenv("AGAIN", "yes")
        pytester.runpytest_subprocess(*run).assert_outcomes(passed=1)
    (written,) = (pytester.path / "cassettes" / "test_shop").iterdir()
    assert written.name.startswith("test_it-")


def test_the_plugin_loads_nothing_heavy():
    """pytest runs that use no fixture of ours do not pay for the client."""
    heavy = ["httpx", "httpcore", "msgspec", "anyio", "midakit.mida", "midakit.core"]
    program = (
        "import sys, pytest; before = set(sys.modules); import midakit.testing.plugin; "
        f"print(sorted(set({heavy}) & (set(sys.modules) - before)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr
