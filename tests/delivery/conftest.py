"""One sandbox for the session, back at its start for every test, and what clients need to reach it."""

import pytest

from midakit.sandbox import Sandbox


@pytest.fixture(scope="session")
def _served():
    with Sandbox(seed=42, visitors=300) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_served):
    _served.reset()
    return _served


@pytest.fixture
def options(sandbox):
    """A budget that a loaded machine keeps; tests of the budget itself say so."""
    return {"project_key": sandbox.project_key, "base_url": sandbox.url, "budget": 30.0}
