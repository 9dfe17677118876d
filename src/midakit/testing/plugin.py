"""The pytest plugin: a sandbox, and clients that talk to it.

    def test_reads_a_result(mida):
        assert mida.experiments.result(1001).total_visitors > 0

    @pytest.mark.anyio
    async def test_reads_a_result(async_mida): ...

One server runs per session (and per xdist worker, on a free port); it is reset before every test
that asks for it.  Override `mida_sandbox_options` to seed it otherwise.  Nothing heavy is imported
until a fixture is used.
"""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from midakit import AsyncMida, Mida
    from midakit.sandbox import Sandbox


@pytest.fixture(scope="session")
def mida_sandbox_options() -> dict[str, Any]:
    """What the session's sandbox is started with: the fields of `midakit.sandbox.Settings`."""
    return {"seed": 42, "visitors": 2_000}


@pytest.fixture(scope="session")
def mida_sandbox_server(mida_sandbox_options: dict[str, Any]) -> "Iterator[Sandbox]":
    """The session's server as it runs; `mida_sandbox` is the one to use."""
    from midakit.sandbox import Sandbox

    with Sandbox(**mida_sandbox_options) as sandbox:
        yield sandbox


@pytest.fixture
def mida_sandbox(mida_sandbox_server: "Sandbox") -> "Sandbox":
    """A running sandbox, back at its first state: `.url`, `.base_url`, `.faults(...)`, ..."""
    mida_sandbox_server.reset()
    return mida_sandbox_server


@pytest.fixture
def mida(mida_sandbox: "Sandbox") -> "Iterator[Mida]":
    """A client of the sandbox."""
    from midakit import Mida

    with Mida(**_options(mida_sandbox)) as client:
        yield client


@pytest.fixture
async def async_mida(mida_sandbox: "Sandbox") -> "AsyncIterator[AsyncMida]":
    """An async client of the sandbox; needs an async test (anyio's, or pytest-asyncio's auto mode)."""
    from midakit import AsyncMida

    async with AsyncMida(**_options(mida_sandbox)) as client:
        yield client


def _options(sandbox: "Sandbox") -> dict[str, Any]:
    return {
        "api_key": sandbox.api_key,
        "project_key": sandbox.project_key,
        "base_url": sandbox.base_url,
    }
