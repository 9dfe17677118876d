"""What the documentation says is done, page by page, against a sandbox."""

import os
import re
from contextlib import ExitStack
from importlib.util import find_spec
from unittest.mock import patch

import pytest

from support import spark
from support.pages import (
    ELSEWHERE,
    LANGUAGES,
    PAGES,
    ROOT,
    Reader,
    blocks,
    commands,
    elsewhere,
    pytest_options,
)
from support.real_servers import needs as program

pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").exists(), reason="the docs are not part of the wheel"
)


def needs(*modules):
    """Marks of a page that runs only where these are installed."""
    absent = [name for name in modules if find_spec(name) is None]
    return [pytest.mark.skipif(bool(absent), reason=f"not installed: {', '.join(absent)}")]


NEEDS = {
    "docs/how-to/celery.md": [*needs("celery", "gunicorn", "redis"), program("redis-server")],
    "docs/how-to/flask.md": needs("flask", "gunicorn"),
    "docs/how-to/spark.md": spark.MARKS,
    "docs/how-to/warehouse.md": needs("dlt", "deltalake"),
    "docs/how-to/exports.md": needs("deltalake", "pyiceberg"),
    "docs/how-to/guard-in-dagster.md": needs("dagster"),
    "docs/how-to/dask.md": [
        *needs("dask", "distributed", "pandas"),
        pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of pandas, for what Dask does
    ],
}
"""Pages that stand on more than the extra `all`."""


def _marked(page):
    name = page.relative_to(ROOT).as_posix()
    marks = list(NEEDS.get(name, ()))
    if re.search(r"^ *curl ", page.read_text(encoding="utf-8"), re.MULTILINE):
        marks.append(program("curl"))
    return pytest.param(page, id=name, marks=marks)


@pytest.mark.parametrize("page", [_marked(page) for page in PAGES if page.name != "cookbook.md"])
def test_the_blocks_of_a_page_run_in_order(page, mida_sandbox, monkeypatch, tmp_path):
    """What a reader pastes works: Python, files and commands."""
    settings = {
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
        "MIDA_DELIVERY_URL": mida_sandbox.url,
        "LAUNCHDARKLY_ACCESS_TOKEN": mida_sandbox.access_token,
        "LAUNCHDARKLY_BASE_URL": mida_sandbox.url,
        "PYTEST_ADDOPTS": pytest_options(page),
        **spark.of_program(),
    }
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, settings))  # what a page sets is gone after it
        reader = Reader(tmp_path, settings)
        if page.name == "spark.md":  # its programs take less than the start of a Java
            reader.environment |= stack.enter_context(spark.one_java(reader.environment))
        reader.follow(blocks(page))


def test_only_ports_are_replaced(tmp_path):
    """A number that is no port stays what it is."""
    reader = Reader(tmp_path, {})
    line = "midakit sandbox serve --port 8000 --experiments 8000 # http://127.0.0.1:8000/v2 --port=8080"
    at, other = reader.ports["8000"], reader.ports["8080"]
    assert reader._moved(line) == (
        f"midakit sandbox serve --port {at} --experiments 8000 # http://127.0.0.1:{at}/v2 --port={other}"
    )


def test_every_block_is_of_a_kind_that_is_checked():
    """No fence escapes by its language: what is not run is data that parses, or a screen's text."""
    found = [block for page in PAGES for block in blocks(page)]
    fences = sum(
        line.lstrip().startswith(("```", "~~~"))
        for page in PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
    )
    assert fences == 2 * len(found)
    odd = [f"{one.page.name}:{one.line} {one.language!r}" for one in found]
    assert not [name for name, one in zip(odd, found, strict=True) if one.language not in LANGUAGES]


def test_the_first_page_leads_to_every_page():
    """The README calls it the way to the rest; pages for contributors are reached from there."""
    docs = ROOT / "docs"
    led = set(re.findall(r"\]\(([\w/-]+\.md)\)", (docs / "index.md").read_text(encoding="utf-8")))
    written = {page.relative_to(docs).as_posix() for page in docs.rglob("*/*.md")}
    assert {page for page in written if not page.startswith("contributing/")} == led


def test_the_commands_that_no_page_runs_are_these():
    """Each is in the docs, has a reason, and the list does not grow unseen."""
    said = {
        elsewhere(line)
        for page in PAGES
        for block in blocks(page)
        if block.language == "console"
        for line in commands(block)
    }
    assert said - {None} == set(ELSEWHERE)
    assert len(ELSEWHERE) == 8
    assert all(ELSEWHERE.values())


def test_a_test_file_on_a_page_is_also_run_there():
    """A page that shows a test file runs pytest on it."""
    for page in PAGES:
        found = list(blocks(page))
        shown = {one.file for one in found if one.file and one.file.startswith("test_")}
        run = {
            word
            for one in found
            if one.language == "console"
            for line in commands(one)
            for word in line.split()
            if "pytest" in line
        }
        assert shown <= run, page
