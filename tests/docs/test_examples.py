"""The examples in docstrings do what they show, on both clients, against a sandbox."""

import asyncio

import pytest

from support.pages import ROOT

if not (ROOT / "docs").exists():
    pytest.skip("the docs are not part of the wheel", allow_module_level=True)

from support import docstring_examples

EXAMPLES = list(docstring_examples.examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_an_example_runs(example, mida_sandbox, monkeypatch, tmp_path):
    """After the block that its page starts with, in a folder of its own."""
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
