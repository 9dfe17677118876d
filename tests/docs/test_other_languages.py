"""The examples in other languages run against a sandbox, where their tools are."""

import re
import shutil

import pytest

from support.generated import TSC, run
from support.pages import OTHERS, PAGES, ROOT, blocks

pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").exists(), reason="the docs are not part of the wheel"
)
FOUND = {
    block.language: block
    for page in PAGES
    for block in blocks(page)
    if block.language in OTHERS and block.file
}


@pytest.fixture
def program(mida_sandbox, tmp_path):
    """Saves the example of a language, at the address of a sandbox; returns its name."""

    def save(language):
        block = FOUND[language]
        text = re.sub(r"http://127\.0\.0\.1:4010", mida_sandbox.url, block.text)
        assert text.count(mida_sandbox.url) >= 1
        (tmp_path / block.file).write_text(text, encoding="utf-8")
        return block.file

    return save


def test_every_language_has_one_example():
    """And the name of its file ends as the language does."""
    assert set(FOUND) == set(OTHERS) - {"powershell"}  # its commands are those of other shells
    assert all(block.file.endswith(f".{OTHERS[name]}") for name, block in FOUND.items())


@pytest.mark.slow
def test_java(program, tmp_path):
    """It prints the answer."""
    if shutil.which("javac") is None:
        pytest.skip("there is no Java compiler")
    done = run(tmp_path, "java", program("java"))
    assert '"total_visitors"' in done.stdout, done.stderr


@pytest.mark.slow
def test_go(program, tmp_path):
    """It prints a line for each variant."""
    if shutil.which("go") is None:
        pytest.skip("Go is not installed")
    done = run(tmp_path, "go", "run", program("go"), GOCACHE=str(tmp_path / "cache"))
    assert re.match(r"Control \d+ \d+\n", done.stdout), done.stderr


@pytest.mark.slow
@pytest.mark.xdist_group("node")
def test_typescript(program, node_folder, mida_sandbox):
    """It compiles under strict rules, prints each variant, and meets the fault."""
    name = program("typescript")
    compiled = run(node_folder, *TSC, name)
    assert compiled.returncode == 0, compiled.stdout
    done = run(node_folder, "node", name.replace(".ts", ".js"))
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"Control \d+ \d+", lines[0]), done.stderr
    assert lines[-1] == "503"
    assert mida_sandbox.requests()[-1]["fault"] is not None


def test_javascript_in_parallel(tmp_path, mida_sandbox):
    """The tests of the page pass on a server that others use, each in its own namespace."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    page = ROOT / "docs/how-to/sandbox-in-containers.md"
    (text,) = re.findall(
        r"```javascript\n// sandbox\.test\.mjs\n(.*?)```", page.read_text(), re.DOTALL
    )
    (tmp_path / "sandbox.test.mjs").write_text(
        text.replace("http://127.0.0.1:4010", mida_sandbox.url)
    )
    done = run(tmp_path, "node", "--test", "sandbox.test.mjs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 2" in done.stdout.replace("# ", "").replace("ℹ ", "")
    assert mida_sandbox.requests() == []
