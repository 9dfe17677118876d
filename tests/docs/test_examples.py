"""The examples in docstrings do what they show, on both clients, against a sandbox."""

import asyncio
import json

import pytest

from support.pages import ROOT

if not (ROOT / "docs").exists():
    pytest.skip("the docs are not part of the wheel", allow_module_level=True)

from support import docstring_examples, json_server, redis

EXAMPLES = list(docstring_examples.examples())


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
@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_runs(example, mida_sandbox, request, monkeypatch, tmp_path):
    """After the block that its page starts with, in a folder of its own."""
    if REDIS in example.text:
        moved = example.text.replace(REDIS, request.getfixturevalue("redis_server"))
        example = example._replace(text=moved)
    settings = {
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
        "MIDA_DELIVERY_URL": mida_sandbox.url,
        "LAUNCHDARKLY_ACCESS_TOKEN": mida_sandbox.access_token,
        "LAUNCHDARKLY_BASE_URL": mida_sandbox.url,
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    if "GrowthBook" in example.text:
        settings["GROWTHBOOK_API_KEY"] = "secret_key"
        settings["GROWTHBOOK_BASE_URL"] = request.getfixturevalue("growthbook_server")
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("webbrowser.open", lambda _: True)
    namespace = {"__name__": "__example__"}
    before = docstring_examples.prepared(example.page, blocking=example.blocking)
    with asyncio.Runner() as runner:
        try:
            docstring_examples.run(before, example.page, namespace, runner)
            docstring_examples.run(example.text, example.path, namespace, runner)
        finally:
            docstring_examples.close(namespace, runner)
