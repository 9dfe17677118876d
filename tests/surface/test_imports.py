"""What is loaded when: importing midakit must cost a program next to nothing."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    "aiohttp", "anyio", "asyncio", "attr", "attrs", "cattrs", "duckdb", "h11", "httpcore", "httptools",
    "httpx", "keyring", "matplotlib", "msgspec", "numpy", "opentelemetry", "pandas", "pyarrow", "rich",
    "ssl", "starlette", "trio", "uvicorn",
}  # fmt: skip


def loaded(code):
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "code",
    ["import midakit", "import midakit; midakit.AsyncMida", "import midakit; midakit.Mida",
     "import midakit; midakit.AsyncMida('k', project_key='p', region='us')",
     "import midakit; midakit.MidakitError; midakit.Region; midakit.UNSET"],
)  # fmt: skip
def test_nothing_heavy_is_loaded_before_the_first_call(code):
    """Neither models nor decoder nor transport nor an event loop."""
    assert not loaded(code) & HEAVY


def test_midakit_itself_is_one_small_module():
    """`import midakit` loads the version and nothing else of ours."""
    program = (
        "import sys, midakit; print(sorted(m for m in sys.modules if m.startswith('midakit')))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['midakit', 'midakit._version']"


def cpu_ms(code):
    program = f"import time; start = time.process_time()\n{code}\nprint((time.process_time() - start) * 1000)"
    runs = [
        float(subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout)
        for _ in range(5)
    ]  # fmt: skip
    return min(runs)


def test_the_import_budget_holds_against_a_yardstick_of_the_same_run():
    """`import midakit` costs less than `import json`, touching the client less than `import asyncio`."""
    assert cpu_ms("import midakit") < cpu_ms("import json") + 10
    assert cpu_ms("import midakit; midakit.AsyncMida") < cpu_ms("import asyncio, ssl, json") + 10
