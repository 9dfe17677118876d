"""An installation without extras: everything that needs one says which, in a line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import midakit
from midakit.cli.support.environment import EXTRAS

HERE = Path(midakit.__file__).parents[1]
HIDDEN = sorted(
    {module for modules in EXTRAS.values() for module in modules} | {"pandas", "polars"}
)
HIDE = f"""
import sys
from importlib.machinery import PathFinder
class Visible:
    def find_spec(name, path=None, target=None):
        hidden = name.partition(".")[0] in {HIDDEN!r}
        return None if hidden else PathFinder.find_spec(name, path, target)
sys.meta_path = [Visible if one is PathFinder else one for one in sys.meta_path]
"""
COMMANDS = (
    "--help", "help options", "demo", "login", "doctor", "export out", "export --help",
    "result 1001", "report 1001 --help", "completion bash", "watch 1", "experiments list --json",
)  # fmt: skip
CALLS = {
    "export": "mida.export('place', kinds=('goals',))",
    "duckdb": "mida.export('place', kinds=('goals',), format='duckdb')",
    "to_arrow": "mida.experiments.get(1001).to_arrow()",
    "to_pandas": "mida.experiments.list().to_pandas()",
    "open": "__import__('midakit.export', fromlist=['open']).open('place').to_arrow('goals')",
    "png": "mida.experiments.result(1001).plot().save('lift.png')",
    "figure": "mida.experiments.result(1001).plot().figure()",
    "sandbox": "__import__('midakit.sandbox', fromlist=['Sandbox']).Sandbox(seed=1).start()",
    "rich": "__import__('midakit.export.run.progress', fromlist=['Bar']).Bar()",
}
NAMED = {
    "export": "'midakit[export]'", "duckdb": "'midakit[duckdb]'", "to_arrow": "'midakit[export]'",
    "to_pandas": "'midakit[export]' pandas", "open": "'midakit[export]'", "png": "'midakit[matplotlib]'",
    "figure": "'midakit[matplotlib]'", "sandbox": "'midakit[sandbox]'", "rich": "'midakit[cli]'",
}  # fmt: skip


def bare(code, folder, **variables):
    """A program where no extra is installed."""
    return subprocess.run(
        [sys.executable, "-c", HIDE + code], cwd=folder, capture_output=True, text=True, check=False,
        timeout=600, env={**os.environ, "PYTHONPATH": str(HERE), **variables},
    )  # fmt: skip


def test_every_extra_is_known_to_the_doctor():
    """It tells which are installed; an extra that it does not know would be on neither list."""
    pyproject = HERE.parent / "pyproject.toml"
    if not pyproject.exists():
        pytest.skip("the wheel has no pyproject.toml")
    import tomllib

    named = tomllib.loads(pyproject.read_text())["project"]["optional-dependencies"]
    assert {*EXTRAS} == {*named} - {"all"}


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_names_the_extra(words, tmp_path):
    """One line on stderr, exit code 1, nothing on stdout, no file."""
    code = f"from midakit.cli import main\nmain({words.split()!r})"
    done = bare(code, tmp_path, MIDA_API_KEY="k", MIDA_PROJECT_KEY="p")
    assert done.returncode == 1
    assert re.fullmatch(
        r"midakit: \w+ is not installed; run: pip install 'midakit\[cli\]'\n", done.stderr
    )
    assert done.stdout == ""
    assert not list(tmp_path.iterdir())


def test_the_local_server_names_its_extra(tmp_path):
    """As a command, which has a parser of its own."""
    done = bare("from midakit.cli import main\nmain(['sandbox', '--port', '0'])", tmp_path)
    assert done.returncode == 1
    assert done.stderr.endswith("is not installed; run: pip install 'midakit[sandbox]'\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", CALLS)
def test_a_part_of_the_library_names_its_extra(name, tmp_path, mida_sandbox, mida):
    """`MissingExtra`, which is an `ImportError` too, with the words to type."""
    if name == "open":
        mida.export(str(tmp_path / "place"), kinds=("goals",))
    code = (
        "from midakit import Mida, MissingExtra\n"
        f"with Mida({mida_sandbox.api_key!r}, project_key={mida_sandbox.project_key!r}, "
        f"base_url={mida_sandbox.base_url!r}) as mida:\n"
        f"    try: {CALLS[name]}\n"
        "    except ImportError as error: print(error)\n"
    )
    done = bare(code, tmp_path)
    assert done.stderr == ""
    assert done.stdout.endswith(f"; run: pip install {NAMED[name]}\n")


def test_the_rest_works_without_any(tmp_path, mida_sandbox):
    """Answers, verdicts, a report with its charts, SVG, an HTML form: no extra, no message."""
    code = (
        "import json\n"
        "from midakit import Mida, F, stats\n"
        f"with Mida({mida_sandbox.api_key!r}, project_key={mida_sandbox.project_key!r}, "
        f"base_url={mida_sandbox.base_url!r}) as mida:\n"
        "    result = mida.experiments.result(1001)\n"
        "    report = mida.report([1001], path='r.html', segments={'m': F.device == 'mobile'})\n"
        "    result.plot().save('lift.svg')\n"
        "    print(json.dumps([stats.analyze(result).verdict.kind, len(report.html) > 20000,\n"
        "                      '<svg' in result._repr_html_()]))\n"
    )
    done = bare(code, tmp_path)
    assert done.stderr == ""
    kind, *drawn = json.loads(done.stdout)
    assert kind in ("winner", "loser", "keep_running", "no_difference", "inconclusive", "invalid")
    assert drawn == [True, True]
    assert {path.name for path in tmp_path.iterdir()} == {"r.html", "lift.svg"}
