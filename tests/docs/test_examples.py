"""The examples in docstrings do what they show, on both clients, against a sandbox."""

import asyncio

import pytest

from support.pages import ROOT

if not (ROOT / "docs").exists():
    pytest.skip("the docs are not part of the wheel", allow_module_level=True)

from support import docstring_examples, redis

EXAMPLES = list(docstring_examples.examples())


REDIS = "localhost:6379"


@pytest.fixture(scope="module")
def redis_server():
    """A server in place of the one that examples name."""
    if redis.COMMAND is None:
        pytest.skip("redis-server is not installed")
    with redis.running() as port:
        yield f"localhost:{port}"


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
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    namespace = {"__name__": "__example__"}
    before = docstring_examples.prepared(example.page, blocking=example.blocking)
    with asyncio.Runner() as runner:
        try:
            docstring_examples.run(before, example.page, namespace, runner)
            docstring_examples.run(example.text, example.path, namespace, runner)
        finally:
            docstring_examples.close(namespace, runner)
