"""What is loaded when: importing midakit must cost a program next to nothing."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "aiohttp", "anyio", "asyncio", "attr", "attrs", "cattrs", "duckdb", "h11", "httpcore", "httptools",
    "httpx", "keyring", "matplotlib", "msgspec", "numpy", "opentelemetry", "pandas", "pyarrow", "rich",
    "ssl", "starlette", "trio", "uvicorn",
}  # fmt: skip


def all_loaded(code):
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def loaded(code):
    return {name.partition(".")[0] for name in all_loaded(code)}


@pytest.mark.parametrize(
    "code",
    ["import midakit", "import midakit; midakit.AsyncMida", "import midakit; midakit.Mida",
     "import midakit; midakit.AsyncMida('k', project_key='p', region='us')",
     "import midakit; midakit.MidakitError; midakit.Region; midakit.UNSET"],
)  # fmt: skip
def test_nothing_heavy_is_loaded_before_the_first_call(code):
    """Neither models nor decoder nor transport nor an event loop."""
    assert not loaded(code) & HEAVY


FIRST_CALL = """
import asyncio
from midakit import AsyncMida, Mida
from midakit.mida import calls

async def main():
    async with AsyncMida("k", project_key="p", region="us") as mida:
        calls.experiments.result(1), mida.experiments

asyncio.run(main())
with Mida("k", project_key="p", region="us") as mida:
    mida.experiments
"""


def test_a_first_call_loads_only_what_it_needs():
    """No library for damaged answers, none for trio, none for proxies: each is a tenth of its time."""
    unneeded = {"anyio", "cattrs", "email", "httpx"}
    assert not loaded(FIRST_CALL) & unneeded
    assert "urllib.request" not in all_loaded(FIRST_CALL)


@pytest.mark.parametrize(
    "command", ["calls", "events", "experiments", "export", "goals", "projects"]
)
def test_a_command_that_shows_no_verdict_loads_no_analysis(command):
    """Nor what draws tables in color, before there is one to draw: half of what such a command took."""
    found = all_loaded(f"import midakit.cli.commands.{command} as command; dir(command)")
    assert f"midakit.cli.commands.{command}" in found
    assert not found & {"midakit.stats.decision.analysis", "rich", "numpy"}


RUN = """
import contextlib, io, sys
from midakit.cli import main
sys.argv = ["midakit", "options"]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main({arguments})
import pyarrow
pyarrow.array([1])
"""


def test_the_program_does_without_pandas_and_a_caller_of_it_does_not():
    """pyarrow loads it where it is installed, for a third of a short export; data frames of others need it."""
    alone, called = (
        all_loaded(RUN.format(arguments="")),
        all_loaded(RUN.format(arguments=["options"])),
    )
    assert "pyarrow" in alone
    assert "pandas" not in alone
    assert "pandas" in called


def test_midakit_itself_is_one_small_module():
    """`import midakit` loads the version, how to load the rest, and nothing else of ours."""
    program = (
        "import sys, midakit; print(sorted(m for m in sys.modules if m.startswith('midakit')))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['midakit', 'midakit._lazy', 'midakit._version']"


def cpu_ms(code):
    program = f"import time; start = time.process_time()\n{code}\nprint((time.process_time() - start) * 1000)"
    runs = [
        float(subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]  # fmt: skip
    return min(runs)


def test_the_import_budget_holds_against_a_yardstick_of_the_same_run():
    """`import midakit` costs hardly more than `import json`, and the client hardly more than asyncio with ssl."""
    assert cpu_ms("import midakit") < cpu_ms("import json") + 10
    assert cpu_ms("import midakit; midakit.AsyncMida") < 1.5 * cpu_ms("import asyncio, ssl, json")


PACKAGES = (
    "midakit", "midakit.delivery", "midakit.export", "midakit.launchdarkly", "midakit.mida.calls", "midakit.mida.filters",
    "midakit.mida.models", "midakit.models", "midakit.report", "midakit.stats",
)  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there(package):
    """Each name that a package lists is found, and shown by `dir`."""
    found = importlib.import_module(package)
    assert len(found.__all__) == len(set(found.__all__)) > 3
    for name in found.__all__:
        assert getattr(found, name) is not None
        assert name in dir(found)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        found.nothing  # noqa: B018


def defined(module):
    """Return what `import *` brings of a module: its `__all__`, else its public classes and functions."""
    found = importlib.import_module(module)
    if hasattr(found, "__all__"):
        return set(found.__all__)
    return {
        name
        for name, value in vars(found).items()
        if not name.startswith("_") and getattr(value, "__module__", None) == module
    }


@pytest.mark.parametrize("package", sorted({*PACKAGES} - {"midakit.models", "midakit.mida.models"}))
def test_type_checkers_are_told_of_the_same_names(package):
    """What stands under TYPE_CHECKING is what the program finds."""
    found = importlib.import_module(package)
    tree = ast.parse(Path(found.__file__).read_text(encoding="utf-8"))
    told = {
        name
        for node in tree.body
        if isinstance(node, ast.If)
        for line in node.body
        for alias in line.names
        for name in ([alias.asname or alias.name] if alias.name != "*" else defined(line.module))
    }
    assert told == {*found.__all__} - {"__version__"}
