"""The examples in docstrings do what they show, on both clients, against a sandbox."""

import asyncio
import json
import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from support.pages import ROOT, close

if not (ROOT / "docs").exists():
    pytest.skip("the docs are not part of the wheel", allow_module_level=True)

from support import docstring_examples, json_server, redis, spark

PLUGIN = "midakit.testing.plugin."
EXAMPLES = list(docstring_examples.examples())
NEEDS = {
    "midakit.engines.spark": [*spark.MARKS, pytest.mark.soak],  # a session for each
    "midakit.engines.dlt": [pytest.mark.skipif(find_spec("dlt") is None, reason="no dlt")],
    "midakit.engines.delta": [
        pytest.mark.skipif(find_spec("deltalake") is None, reason="no deltalake")
    ],
}
"""Modules whose examples stand on more than the extra `all`."""


def marked(example):
    """An example as a parameter, with the marks of its module."""
    return pytest.param(
        example, id=str(example), marks=NEEDS.get(example.path.rpartition(".")[0], ())
    )


def environment(sandbox, folder):
    """What the environment of a reader says, with a sandbox in place of the service."""
    return {
        "MIDA_API_KEY": sandbox.api_key,
        "MIDA_PROJECT_KEY": sandbox.project_key,
        "MIDA_BASE_URL": sandbox.base_url,
        "MIDA_DELIVERY_URL": sandbox.url,
        "LAUNCHDARKLY_ACCESS_TOKEN": sandbox.access_token,
        "LAUNCHDARKLY_BASE_URL": sandbox.url,
        **spark.of_program(),
        "XDG_CONFIG_HOME": str(folder),
    }


REDIS = "localhost:6379"


@pytest.fixture(scope="module")
def redis_server():
    """A server in place of the one that examples name."""
    if redis.COMMAND is None:
        pytest.skip("redis-server is not installed")
    with redis.running() as port:
        yield f"localhost:{port}"


@pytest.fixture(scope="module")
def growthbook_server():
    """GrowthBook's lists, as far as a migration reads them."""
    data = ROOT / "tests" / "data" / "moving" / "growthbook.json"
    found = json.loads(data.read_text(encoding="utf-8"))

    def answer(path, query):
        name = path.rpartition("/")[2]
        return 200, {name: found[name], "total": len(found[name]), "hasMore": False}

    with json_server.lists(answer) as (address, _):
        yield address


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise's own
@pytest.mark.parametrize("example", [marked(one) for one in EXAMPLES if PLUGIN not in one.path])
def test_an_example_runs(example, mida_sandbox, request, monkeypatch, tmp_path):
    """After the block that its page starts with, in a folder of its own."""
    if REDIS in example.text:
        moved = example.text.replace(REDIS, request.getfixturevalue("redis_server"))
        example = example._replace(text=moved)
    settings = environment(mida_sandbox, tmp_path)
    if "GrowthBook" in example.text:
        settings["GROWTHBOOK_API_KEY"] = "secret_key"
        settings["GROWTHBOOK_BASE_URL"] = request.getfixturevalue("growthbook_server")
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    namespace, first = {"__name__": "__example__"}, {}
    before = docstring_examples.prepared(example.page, blocking=example.blocking)
    with asyncio.Runner() as runner:
        try:
            docstring_examples.run(before, example.page, namespace, runner)
            first.update(namespace)  # an example may use a name anew
            docstring_examples.run(example.text, example.path, namespace, runner)
        finally:
            for names in (namespace, first):
                close(names, runner)
            if "midakit.engines.spark" in example.path:
                spark.end()


CONFTEST_HOLDS = """
def test_they_hold(mida):
    assert mida.experiments.result(1001).total_visitors < 200
    assert mida.experiments.get(1003).status == "inactive"
"""


def test_the_examples_of_the_pytest_plugin_pass(mida_sandbox, tmp_path):
    """Each is a file of tests, and pytest runs them all."""
    shown = [one for one in EXAMPLES if PLUGIN in one.path]
    shared = [one.text for one in shown if one.text.startswith("# conftest.py")]
    files = {one.path.rpartition(".")[2]: one.text for one in shown if one.text not in shared}
    files["fixtures_of_conftest"] = CONFTEST_HOLDS
    (tmp_path / "conftest.py").write_text("\n".join(shared))
    for name, text in files.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rp", "--mida-record=record", "-p", "no:cacheprovider", "."],
        cwd=tmp_path, env={**os.environ, **environment(mida_sandbox, tmp_path)},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [name for name in files if f"PASSED test_{name}.py" not in done.stdout]
