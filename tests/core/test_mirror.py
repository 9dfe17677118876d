"""The generator of the sync mirror."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "unasync.py"

pytestmark = pytest.mark.skipif(
    not SCRIPT.exists(), reason="the generator is not part of the wheel"
)


def script(path):
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("unasync", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def unasync():
    return script(SCRIPT)


@pytest.mark.parametrize(
    ("source", "twin"),
    [
        ("async def f():\n    await g()\n", "def f():\n    g()\n"),
        ("async with a as b:\n    pass\n", "with a as b:\n    pass\n"),
        ("async for a in b:\n    pass\n", "for a in b:\n    pass\n"),
        ("x = [i async for i in y]\n", "x = [i for i in y]\n"),
        ("return (await a)[1]\n", "return (a)[1]\n"),
        ('x = "await me, AsyncClient"\n', 'x = "await me, AsyncClient"\n'),
        ("# await stays in comments\n", "# await stays in comments\n"),
        (
            'def f():\n    """Use `async with AsyncMida()`."""\n',
            'def f():\n    """Use `with Mida()`."""\n',
        ),
        (
            'f"{await x} AsyncMida {AsyncMida!r:>{aclose}}"\n',
            'f"{x} AsyncMida {Mida!r:>{close}}"\n',
        ),
        ('def f() -> "AsyncMida":\n', 'def f() -> "Mida":\n'),
        ("import midakit._async.x as aio\n", "import midakit._sync.x as threads\n"),
        ("awaitable = asyncness\n", "awaitable = asyncness\n"),
        ("x = 'it\\'s await'\n", "x = 'it\\'s await'\n"),
        ("await super().__aexit__(*exc)\n", "super().__exit__(*exc)\n"),
        (
            "x = AsyncMida()  # unasync: keep\ny = AsyncMida()\n",
            "x = AsyncMida()\ny = Mida()\n",
        ),
        (
            'def f(\n    a: "AsyncMida",  # unasync: keep\n) -> "AsyncMida":\n    """AsyncMida."""\n',
            'def f(\n    a: "AsyncMida",\n) -> "Mida":\n    """Mida."""\n',
        ),
    ],
)
def test_names_and_docstrings_change_and_nothing_else_does(unasync, source, twin):
    """Code loses async and await; strings and comments stay."""
    assert unasync.Mirror().code(source) == twin


def test_a_marker_that_nothing_needs_fails(unasync):
    """A line that would stay as it is anyway carries no marker."""
    with pytest.raises(SystemExit, match="x = 1"):
        unasync.Mirror().code("x = 1  # unasync: keep\n")


def copy_of_the_project(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for tree in ("tests",):
        (tmp_path / tree).mkdir()
        for found in (ROOT / tree).rglob("_*sync"):
            if found.is_dir():
                shutil.copytree(found, tmp_path / found.relative_to(ROOT), dirs_exist_ok=True,
                                ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def check(project, **variables):
    return subprocess.run(
        [sys.executable, str(project / "scripts" / "unasync.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env={**os.environ, **variables},
    )


def spoil_by_appending(sync):
    (sync / "paging.py").write_text((sync / "paging.py").read_text() + "\nextra = 1\n")


def spoil_by_truncating(sync):
    (sync / "paging.py").write_text((sync / "paging.py").read_text()[:-40])


def spoil_by_editing(sync):
    text = (sync / "paging.py").read_text()
    (sync / "paging.py").write_text(text.replace("max_items", "most_items", 1))


def spoil_by_removing(sync):
    (sync / "paging.py").unlink()


def spoil_by_an_orphan(sync):
    (sync / "nobody.py").write_text("x = 1\n")


def test_the_check_tells_every_kind_of_drift(tmp_path, monkeypatch, capsys):
    """A mirror in step passes; appended, truncated, edited, missing and orphaned files fail."""
    project = copy_of_the_project(tmp_path)
    done = check(project)
    assert done.returncode == 0, done.stdout + done.stderr
    unasync = script(project / "scripts" / "unasync.py")
    built = unasync.build()
    monkeypatch.setattr(unasync, "build", lambda: built)  # what the sources give stays the same
    monkeypatch.setattr("sys.argv", ["unasync.py", "--check"])
    sync = project / "src" / "midakit" / "core" / "_sync"
    for spoil in (
        spoil_by_appending, spoil_by_truncating, spoil_by_editing, spoil_by_removing, spoil_by_an_orphan,
    ):  # fmt: skip
        kept = {path: path.read_text() for path in sync.glob("*.py")}
        spoil(sync)
        assert unasync.main() == 1, spoil.__name__
        assert re.search(r"_sync/(paging|nobody)\.py: ", capsys.readouterr().out)
        for path in sync.glob("*.py"):
            path.unlink()
        for path, text in kept.items():
            path.write_text(text)
        assert unasync.main() == 0


def test_a_folder_for_temporary_files_that_git_ignores_changes_nothing(tmp_path):
    """As that of a session of nox: ruff would format no file in it."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("*\n")
    done = check(ROOT, TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_rule_that_nothing_needs_fails(tmp_path):
    """The table of names cannot rot."""
    project = copy_of_the_project(tmp_path)
    script = project / "scripts" / "unasync.py"
    script.write_text(
        script.read_text().replace("NAMES = {", 'NAMES = {\n    "AsyncNobody": "Nobody",')
    )
    done = check(project)
    assert done.returncode == 1
    assert "AsyncNobody" in done.stderr
