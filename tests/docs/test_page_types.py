"""The check of the pages' types reads what a reader pastes, and names the page's own lines."""

import ast
import sys
from pathlib import Path

import pytest

from support.pages import PAGES, ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "scripts").exists(), reason="the scripts are not part of the wheel"
)
PAGE = """# A page

```python
from midakit.models import Result

result = Result()
```

```python
# service.py
number: int = "text"
```

```python
from service import number

result = 1
await something(result)
```
"""


@pytest.fixture
def checker(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    sys.modules.pop("check_page_types", None)
    import check_page_types

    return check_page_types


def test_the_modules_of_a_page_are_its_blocks(checker, monkeypatch, tmp_path):
    """Blocks see the names of those before them, files are modules, and every line knows its place."""
    monkeypatch.setattr(checker, "ROOT", tmp_path)
    page = tmp_path / "a-page.md"
    page.write_text(PAGE)
    folder = tmp_path / "modules"
    folder.mkdir()
    lines = checker.written(page, folder)
    assert set(lines) == {"a_page/page.py", "a_page/service.py"}
    for name, places in lines.items():
        written = (folder / name).read_text().splitlines()
        assert len(written) == len(places)
        for text, (at, number) in zip(written, places, strict=True):
            if "block_" in text or text.strip() == "...":
                continue
            assert at == "a-page.md"
            told = PAGE.splitlines()[number - 1]
            assert text.strip().replace("a_page.service", "service") == told.strip()
    whole = (folder / "a_page/page.py").read_text()
    outer = ast.parse(whole).body[0]
    assert any(isinstance(node, ast.AsyncFunctionDef) for node in outer.body)
    assert "from a_page.service import number" in whole


def test_every_page_becomes_modules_that_parse(checker, tmp_path):
    """And those that are left out exist and have a reason."""
    for page in PAGES:
        for name in checker.written(page, tmp_path):
            ast.parse((tmp_path / name).read_text())
    assert all((Path(ROOT) / name).exists() and why for name, why in checker.UNTYPED.items())
    assert len(checker.UNTYPED) <= 5
