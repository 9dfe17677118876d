"""One seeded sandbox per session, back at its start for every test, and a client for it."""

import pytest

from midakit.sandbox import Sandbox
from support.api import Api
from support.sandbox_data import Sandboxed


@pytest.fixture(scope="session")
def sandboxed():
    """The reference data set, loaded once; tests that write make their own."""
    loaded = Sandboxed()
    yield loaded
    loaded.visits.close()


@pytest.fixture(scope="session")
def server():
    with Sandbox(seed=42, visitors=1500) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server):
    server.reset()
    return server


@pytest.fixture
def api(sandbox):
    with Api(sandbox) as client:
        yield client
