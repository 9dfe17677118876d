"""The pytest plugin: a sandbox server and clients on it, as fixtures.

Nothing is imported before a fixture is used: a test run that uses none pays for none.
"""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from midakit import AsyncMida, Mida
    from midakit.sandbox import Sandbox


@pytest.fixture(scope="session")
def mida_sandbox_server() -> "Iterator[Sandbox]":
    """One server for the whole run, seeded with a small, known world."""
    from midakit.sandbox import Sandbox

    with Sandbox(seed=42, visitors=2_000) as sandbox:
        yield sandbox


@pytest.fixture
def mida_sandbox(mida_sandbox_server: "Sandbox") -> "Sandbox":
    """The server, as if it had just started."""
    mida_sandbox_server.reset()
    return mida_sandbox_server


@pytest.fixture
def mida(mida_sandbox: "Sandbox") -> "Iterator[Mida]":
    """A blocking client on the sandbox."""
    from midakit import Mida

    with Mida(
        mida_sandbox.api_key,
        project_key=mida_sandbox.project_key,
        base_url=mida_sandbox.base_url,
    ) as client:
        yield client


@pytest.fixture
async def async_mida(mida_sandbox: "Sandbox") -> "AsyncIterator[AsyncMida]":
    """An asynchronous client on the sandbox; for tests that run under anyio's plugin."""
    from midakit import AsyncMida

    async with AsyncMida(
        mida_sandbox.api_key,
        project_key=mida_sandbox.project_key,
        base_url=mida_sandbox.base_url,
    ) as client:
        yield client
