"""A sandbox with a key that is easy to search for, and a Spark session that reads from it."""

import pytest

from midakit.sandbox import Sandbox
from support import spark as local
from support.engines import KEY


@pytest.fixture(scope="session")
def server():
    """One for the folder."""
    with Sandbox(seed=42, visitors=600, api_key=KEY) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(server):
    """As it was in the beginning."""
    server.reset()
    server.clear_faults()
    return server


@pytest.fixture(scope="session")
def history(tmp_path_factory):
    """Where Spark keeps its event log."""
    return tmp_path_factory.mktemp("history")


@pytest.fixture(scope="package")
def session(server, history):
    """A cluster of two executors, with the sandbox in its environment; it ends with the tests of the folder."""
    settings = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": history.as_uri(),
        "spark.eventLog.compress": "false",
        "spark.cores.max": "4",  # known, so that no test waits for more executors
    }
    with local.environment(**local.of_sandbox(server)):
        spark = local.start(**settings)
        try:
            yield spark
        finally:
            local.end()


@pytest.fixture
def spark(session, sandbox):
    """The session, registered without a rate."""
    from midakit.engines.spark import register

    with register(session):
        yield session
