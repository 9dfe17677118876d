"""The files of the page about typing, under both checkers; the session `typing` runs this."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import midakit
from support.pages import ROOT, blocks

PAGE = ROOT / "docs" / "how-to" / "typing.md"
SOURCE = str(Path(midakit.__file__).parents[1])
WRONG = """
from midakit import Mida


def wrong(mida: Mida) -> int:
    return mida.experiments.result(1001, report_phase="pre").total_visitors or 0
"""
pytestmark = [
    pytest.mark.soak,  # the session `typing` asks for it by this mark
    pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the wheel"),
    pytest.mark.skipif(
        not all(map(find_spec, ("mypy", "basedpyright"))), reason="the session `typing` has both"
    ),
]


@pytest.fixture
def files(tmp_path):
    """The page's modules and its settings, in a folder of their own, and one with a mistake."""
    shown = {one.file: one.text for one in blocks(PAGE) if one.file}
    for name, text in {**shown, "wrong.py": WRONG}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path, sorted(name for name in shown if name.endswith(".py"))


def run(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_mypy_accepts_the_page_and_refuses_a_wrong_word(files, monkeypatch):
    """Strict, as the page sets it up."""
    folder, names = files
    monkeypatch.setenv("MYPYPATH", SOURCE)
    words = ("mypy", "--follow-imports=silent", f"--cache-dir={folder / 'cache'}")
    done = run(folder, *words, *names)
    assert done.returncode == 0, done.stdout + done.stderr
    refused = run(folder, *words, "wrong.py")
    assert "report_phase" in refused.stdout
    assert refused.returncode == 1


def test_pyright_accepts_the_page_and_refuses_a_wrong_word(files):
    """Strict as well: basedpyright reads the settings of pyright."""
    folder, names = files
    settings = {"typeCheckingMode": "strict", "extraPaths": [SOURCE]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    words = ("basedpyright", "--pythonpath", sys.executable)
    done = run(folder, *words, *names)
    assert done.returncode == 0, done.stdout
    refused = run(folder, *words, "wrong.py")
    assert "report_phase" in refused.stdout
    assert refused.returncode == 1
