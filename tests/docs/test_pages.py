"""Every Python block of the documentation runs, page by page, against a sandbox."""

import ast
import asyncio
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README.md")])
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").exists(), reason="the docs are not part of the wheel"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_run_in_order(page, mida_sandbox, monkeypatch, tmp_path):
    """What a reader pastes works."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIDA_API_KEY", mida_sandbox.api_key)
    monkeypatch.setenv("MIDA_PROJECT_KEY", mida_sandbox.project_key)
    monkeypatch.setenv("MIDA_BASE_URL", mida_sandbox.base_url)
    text = page.read_text(encoding="utf-8")
    namespace = {"__name__": "__page__"}
    with asyncio.Runner() as runner:
        for match in BLOCK.finditer(text):
            line = text[: match.start()].count("\n") + 1
            source = "\n" * line + match[1]
            code = compile(source, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            found = eval(code, namespace)  # our own pages
            if inspect.iscoroutine(found):
                runner.run(found)
