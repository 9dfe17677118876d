"""Settings of the whole suite."""

import faulthandler
import gc
import os
import re
import signal
import ssl
import sys
import time
from pathlib import Path

import certifi
import pytest
from _pytest.assertion import rewrite
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import HealthCheck, Phase, settings

from support.browser import NO_NETWORK, Browser
from support.generated import node_modules

# Machines are shared: a slow example is no failure. On CI the examples are the same every time.
settings.register_profile(
    "midakit",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
# For `nox -s mutate`: a test that fails has killed its mutant, so no smaller example is searched for.
settings.register_profile(
    "mutants",
    settings.get_profile("midakit"),
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("midakit")

# Hundreds of tests start a Python process: each finds the package compiled, and none loads the plugins
# that a pytest on a page of the docs would find here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Nor does the next run rewrite the asserts of 300 modules again.
sys.dont_write_bytecode = False
os.environ.setdefault(
    "PYTEST_ADDOPTS", "-p no:schemathesis -p no:faker -p no:hypothesispytest -p no:pyreqwest"
)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # so it is in the background of a script, where every child would be deaf to Ctrl-C as well
    signal.signal(signal.SIGINT, signal.default_int_handler)


gc.disable()  # all that is made before the first test stays to the end; looking through it took 40 % of collection


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session):
    """Let each worker rewrite the asserts of its share of the modules first, so that it finds the others' done.

    They would do the same modules at the same time otherwise; rewriting takes as long as all the rest of
    collection.
    """
    config = session.config
    worker = getattr(config, "workerinput", None)
    if worker is None or config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    modules = sorted(Path(__file__).parent.rglob("test_*.py"))
    for path in modules[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        compiled = rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(path, compiled) is None and rewrite.try_makedirs(compiled.parent):
            source, code = rewrite._rewrite_test(path, config)
            rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, source, compiled)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop():
    """Let the collector look at what tests make, not at the half million objects that stay, and seldom.

    Every 700 objects, as Python does it, it takes a tenth to a quarter of the tests that decode answers.
    """
    gc.freeze()
    gc.set_threshold(100_000)
    gc.enable()


HANGS = 600
"""Seconds after which a test that goes on says where it is, and fails."""
watched = -HANGS


def _fail_what_hangs(*_):
    """Fail the test, so that the run goes on: xdist may wait for ever where a worker's process ended."""
    faulthandler.dump_traceback(all_threads=True)
    pytest.fail(f"it did not end in {HANGS} seconds")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    """Watch for a test that hangs, with a thread every half minute.

    pytest's own watch starts and joins one for each test: a quarter of what an empty test costs, and a
    hundredth of a second of waiting where the machine is busy.
    """
    global watched
    if time.monotonic() - watched > 30:
        watched = time.monotonic()
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, _fail_what_hangs)
            signal.setitimer(signal.ITIMER_REAL, HANGS)
        errors = item.config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(HANGS + 60, file=errors, exit=True)


def pytest_exception_interact():
    """Watch anew after a test that failed: there pytest has ended the watch."""
    global watched
    watched = -HANGS


def pytest_sessionfinish():
    """Watch no longer."""
    if hasattr(signal, "SIGALRM"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    faulthandler.cancel_dump_traceback_later()


POSIX = re.compile(
    r"os\.(fork|killpg|mkfifo)\b|signal\.SIG(KILL|HUP|USR)|\bTerminal\(|import resource|\b(bash|nginx|gunicorn)\b"
)
"""What modules use whose tests cannot run on Windows."""


def pytest_collection_modifyitems(items):
    """Skip on Windows what needs a fork, a signal, a terminal or a program of POSIX."""
    if sys.platform == "win32":
        texts = {path: path.read_text("utf-8") for path in {item.path for item in items}}
        for item in items:
            if POSIX.search(texts[item.path]):
                item.add_marker(pytest.mark.skip(reason="its module needs POSIX"))


@pytest.fixture(scope="session")
def _chromium():
    with Browser(NO_NETWORK) as running:
        yield running


@pytest.fixture
def browser(_chromium):
    """A browser that no machine but this one answers; what a test opens is closed after it."""
    yield _chromium
    _chromium.close_pages()


@pytest.fixture(scope="session")
def _node_modules(tmp_path_factory):
    return node_modules(tmp_path_factory.mktemp("node"))


@pytest.fixture
def node_folder(_node_modules, tmp_path):
    """A project that has what TypeScript needs; tests of the group `node` share the installation."""
    (tmp_path / "package.json").write_text('{"private": true, "type": "module"}')
    (tmp_path / "node_modules").symlink_to(_node_modules)
    return tmp_path


@pytest.fixture(scope="session")
def mida_sandbox_server(mida_sandbox_options):
    """A server in this process, under xdist too: some tests look into its state, others end theirs."""
    from midakit.sandbox import Sandbox

    with Sandbox(**mida_sandbox_options) as sandbox:
        yield sandbox


@pytest.fixture(scope="session", autouse=True)
def _authorities_are_read_once():
    """Clients that trust the usual authorities share a context: to read their file takes longer than most tests."""
    make, made = ssl.create_default_context, {}
    usual = {certifi.where(), os.environ.get("SSL_CERT_FILE")} - {None}

    def context(purpose=ssl.Purpose.SERVER_AUTH, *, cafile=None, **more):
        if purpose is not ssl.Purpose.SERVER_AUTH or cafile not in usual or more:
            return make(purpose, cafile=cafile, **more)
        if cafile not in made:
            made[cafile] = make(purpose, cafile=cafile)
        return made[cafile]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", context)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_wait_for_the_disk():
    """Processes are killed here, machines are not: nothing has to be on the disk to be found again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield
