"""One sandbox for the session, back at its start for every test, and what clients need to reach it."""

import pytest

from midakit.sandbox import Sandbox
from support import redis


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


@pytest.fixture(scope="session")
def _redis_port():
    if redis.COMMAND is None:
        pytest.skip("Debian's redis-server or valkey-server is not installed")
    pytest.importorskip("redis")
    with redis.running() as port:
        yield port


@pytest.fixture
def redis_url(_redis_port):
    """A database of a real server, empty."""
    import redis as client

    with client.Redis(port=_redis_port, db=1) as connection:
        connection.flushdb()
    return f"redis://127.0.0.1:{_redis_port}/1"
