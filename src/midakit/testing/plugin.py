"""The pytest plugin: a sandbox, and clients that talk to it.

    def test_reads_a_result(mida):
        assert mida.experiments.result(1001).total_visitors > 0

    @pytest.mark.asyncio  # or @pytest.mark.anyio
    async def test_reads_a_result(async_mida): ...

One server runs per session, on a free port; all workers of pytest-xdist share it, each in a namespace
of its own. Every test starts with the same data. Override `mida_sandbox_options` to seed it otherwise,
and `mida_sandbox_prepared` to change the data once for all tests. Nothing heavy is imported until a
fixture is used.

`mida_cassette` replays what `pytest --mida-record=record` recorded beside the test.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from midakit import AsyncMida, Mida
    from midakit.sandbox import Sandbox
    from midakit.testing.cassettes import Cassette
    from midakit.testing.remote_sandbox import RemoteSandbox

_START = "start-of-every-test"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--mida-record`.

    Args:
        parser: pytest's parser of options.
    """
    parser.getgroup("midakit").addoption(
        "--mida-record",
        choices=("replay", "record", "new"),
        default="replay",
        help="what mida_cassette does: replay (default), record everything, or record what is new",
    )


@pytest.fixture(scope="session")
def mida_sandbox_options() -> dict[str, Any]:
    """Return what the session's sandbox is started with: fields of `midakit.sandbox.Settings`.

    Example:
        # conftest.py
        import pytest

        @pytest.fixture(scope="session")
        def mida_sandbox_options():
            return {"seed": 7, "visitors": 200}
    """
    return {"seed": 42, "visitors": 2_000}


@pytest.fixture(scope="session")
def mida_sandbox_server(
    mida_sandbox_options: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Sandbox | RemoteSandbox]":
    """Run the session's server; tests use `mida_sandbox`.

    Under pytest-xdist it runs in a process of its own, and this is the worker's namespace of it.

    Args:
        mida_sandbox_options: What the server is started with.
        tmp_path_factory: Knows the folder that all workers share.

    Raises:
        RuntimeError: The server does not start.

    Example:
        import pytest

        @pytest.fixture(scope="session")
        def shop_address(mida_sandbox_server):
            return mida_sandbox_server.base_url

        def test_the_address(shop_address):
            assert shop_address.endswith("/v2")
    """
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        from midakit.testing.shared_server import shared_sandbox

        folder = tmp_path_factory.getbasetemp().parent
        with shared_sandbox(folder, mida_sandbox_options, worker) as shared:
            yield shared
        return
    from midakit.sandbox import Sandbox

    with Sandbox(**mida_sandbox_options) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def mida_sandbox_prepared() -> None:
    """Override this to change the data of `mida_sandbox_server` once; every test then starts there.

    Example:
        # conftest.py
        import pytest
        from midakit import Mida

        @pytest.fixture(scope="session")
        def mida_sandbox_prepared(mida_sandbox_server):
            server = mida_sandbox_server
            with Mida(server.api_key, project_key=server.project_key, base_url=server.base_url) as mida:
                mida.experiments.stop(1003)
    """


@pytest.fixture(scope="session")
def _mida_sandbox_start(
    request: pytest.FixtureRequest, mida_sandbox_server: "Sandbox | RemoteSandbox"
) -> "Sandbox | RemoteSandbox":
    """Keep the state that every test starts with."""
    request.getfixturevalue("mida_sandbox_prepared")
    mida_sandbox_server.snapshot(_START)
    return mida_sandbox_server


@pytest.fixture
def mida_sandbox(_mida_sandbox_start: "Sandbox | RemoteSandbox") -> "Sandbox | RemoteSandbox":
    """Return a running sandbox in its first state: `.url`, `.base_url`, `.faults(...)`, ...

    Args:
        _mida_sandbox_start: The session's server, whose first state is kept.

    Raises:
        RuntimeError: The server does not start.

    Example:
        def test_a_bad_day(mida, mida_sandbox):
            mida_sandbox.faults("status;code=503", times=1)
            assert mida.experiments.get(1001).test_id == 1001
    """
    _mida_sandbox_start.restore(_START)
    return _mida_sandbox_start


@pytest.fixture
def mida(mida_sandbox: "Sandbox | RemoteSandbox") -> "Iterator[Mida]":
    """Make a blocking client of the sandbox.

    Args:
        mida_sandbox: The fixture that runs the local server.

    Raises:
        ConfigurationError: The environment sets what contradicts the sandbox.

    Example:
        def test_visitors(mida):
            assert mida.experiments.result(1001).total_visitors > 0
    """
    from midakit import Mida

    with Mida(**_options(mida_sandbox)) as client:
        yield client


@pytest.fixture
def async_mida(mida_sandbox: "Sandbox | RemoteSandbox") -> "Iterator[AsyncMida]":
    """Make an asynchronous client of the sandbox, for tests under any plugin that runs `async` ones.

    Args:
        mida_sandbox: The fixture that runs the local server.

    Raises:
        ConfigurationError: The environment sets what contradicts the sandbox.

    Example:
        import pytest

        @pytest.mark.anyio
        async def test_visitors(async_mida):
            assert (await async_mida.experiments.result(1001)).total_visitors > 0
    """
    from midakit import AsyncMida
    from midakit.testing.client_end import close_client

    client = AsyncMida(**_options(mida_sandbox))
    yield client
    close_client(client)


@pytest.fixture
def mida_cassette_path(request: pytest.FixtureRequest) -> Path:
    """Return where the test's cassette is: `cassettes/<module>/<test>.json` beside the test's file.

    Args:
        request: pytest's request of the test.

    Example:
        import pytest

        @pytest.fixture
        def mida_cassette_path(request):
            return request.path.parent / "recorded" / f"{request.node.name}.json"

        def test_the_place(mida_cassette_path):
            assert mida_cassette_path.name == "test_the_place.json"
    """
    from midakit.testing.cassettes import file_name

    _, _, name = request.node.nodeid.partition("::")
    return request.path.parent / "cassettes" / request.path.stem / file_name(name)


@pytest.fixture
def mida_cassette(request: pytest.FixtureRequest, mida_cassette_path: Path) -> "Iterator[Cassette]":
    """Open the test's cassette, a transport that replays: `Mida(..., transport=mida_cassette)`.

    Args:
        request: pytest's request of the test, which knows `--mida-record`.
        mida_cassette_path: Where the cassette is.

    Raises:
        ConfigurationError: The file is not a cassette.

    Example:
        from midakit import Mida

        def test_visitors(mida_cassette):
            with Mida(transport=mida_cassette) as mida:
                assert mida.experiments.result(1001).total_visitors > 0
    """
    from midakit.testing.cassettes import Cassette

    mode: Any = request.config.getoption("--mida-record")
    with Cassette(mida_cassette_path, mode) as cassette:
        yield cassette


def _options(sandbox: "Sandbox | RemoteSandbox") -> dict[str, Any]:
    return {
        "api_key": sandbox.api_key,
        "project_key": sandbox.project_key,
        "base_url": sandbox.base_url,
    }
