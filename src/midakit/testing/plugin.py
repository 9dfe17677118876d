"""The pytest plugin: a sandbox, and clients that talk to it.

    def test_reads_a_result(mida):
        assert mida.experiments.result(1001).total_visitors > 0

    @pytest.mark.anyio
    async def test_reads_a_result(async_mida): ...

One server runs per session (and per xdist worker, on a free port); it is reset before every test
that asks for it.  Override `mida_sandbox_options` to seed it otherwise.  Nothing heavy is imported
until a fixture is used.

`mida_cassette` replays what `pytest --mida-record=record` recorded beside the test.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from midakit import AsyncMida, Mida
    from midakit.sandbox import Sandbox
    from midakit.testing.cassettes import Cassette


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--mida-record`."""
    parser.getgroup("midakit").addoption(
        "--mida-record",
        choices=("replay", "record", "new"),
        default="replay",
        help="what mida_cassette does: replay (default), record everything, or record what is new",
    )


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


@pytest.fixture
def mida_cassette_path(request: pytest.FixtureRequest) -> Path:
    """Where the test's cassette lies: `cassettes/<module>/<test>.json` beside the test's file."""
    from midakit.testing.cassettes import file_name

    _, _, name = request.node.nodeid.partition("::")
    return request.path.parent / "cassettes" / request.path.stem / file_name(name)


@pytest.fixture
def mida_cassette(request: pytest.FixtureRequest, mida_cassette_path: Path) -> "Iterator[Cassette]":
    """A transport that replays the test's cassette: `Mida(..., transport=mida_cassette)`."""
    from midakit.testing.cassettes import Cassette

    mode: Any = request.config.getoption("--mida-record")
    with Cassette(mida_cassette_path, mode) as cassette:
        yield cassette


def _options(sandbox: "Sandbox") -> dict[str, Any]:
    return {
        "api_key": sandbox.api_key,
        "project_key": sandbox.project_key,
        "base_url": sandbox.base_url,
    }
