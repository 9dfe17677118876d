"""The load on the sandbox: what is sent, what is told, and where it is written."""

import shutil

import pytest

from benchmarks import sandbox_load


def test_the_page_has_its_marks_and_keeps_the_rest():
    """The section is made anew between them; a page that has lost them is refused."""
    text = f"intro\n{sandbox_load.START}old\n{sandbox_load.END}outro\n"
    after = sandbox_load.written(text, "new")
    assert after == f"intro\n{sandbox_load.START}\nnew\n{sandbox_load.END}outro\n"
    assert sandbox_load.written(after, "new") == after
    with pytest.raises(ValueError, match="lost the marks"):
        sandbox_load.written("intro", "new")
    page = sandbox_load.PAGE.read_text(encoding="utf-8")
    assert sandbox_load.written(page, "new") != page


def test_goals_fail_when_they_are_missed():
    """An error, a slow percent and grown memory each miss their goal; the limits themselves do not."""
    good = {"p99": 100.0, "errors": 0, "memory": (100.0, 110.0)}
    assert [row.verdict for row in sandbox_load.goals({64: good})] == ["yes"] * 3
    bad = {"p99": 100.1, "errors": 1, "memory": (100.0, 110.1)}
    assert [row.verdict for row in sandbox_load.goals({64: bad})] == ["**no**"] * 3


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_a_second_of_it(monkeypatch, tmp_path):
    """A real server answers every request well, and a fifth of them are writes."""
    monkeypatch.setattr(sandbox_load, "WARM", 1)
    process, told = sandbox_load.started(tmp_path)
    try:
        visitor = sandbox_load.a_visitor(told["url"])
        for seconds in (1, 5, 25):  # a busy machine needs longer for enough of them
            found = sandbox_load.wrk(told, visitor, 4, seconds)
            if found["requests"] > 20:
                break
        import httpx

        seen = httpx.get(f"{told['url']}/__sandbox__/requests?limit=1000").json()
    finally:
        process.terminate()
        process.wait()
    assert found["errors"] == 0
    assert found["requests"] > 20
    methods = [one["method"] for one in seen["requests"]]
    assert 0.15 < methods.count("POST") / len(methods) < 0.25
    assert {one["status"] for one in seen["requests"]} <= {200, None}
