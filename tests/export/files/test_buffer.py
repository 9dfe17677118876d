"""Which rows wait, and which of them are due."""

import asyncio

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.export import Spec
from midakit.export.files.buffer import Buffer, Limits, PendingFile
from midakit.export.files.contents import CommittedFile
from midakit.mida import calls

ABOUT_ONE = Spec(kind="results", project="p", call=calls.experiments.result(1))


class KeptBuffer(Buffer):
    """Rows go nowhere."""

    def _hand_on(self, found):
        return CommittedFile("", found.table, 0, 0)


def of(number):
    return attrs.evolve(ABOUT_ONE, context=(("test_id", str(number)),))


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["results", "raw"])), max_size=20))
def test_files_are_due_by_the_calls_that_wait_for_them(added):
    """As many as the limit says, of one table; what is written waits no more."""
    buffer, waiting = KeptBuffer(None, Limits(specs=2)), {}
    for number, table in added:
        buffer.add_absent(of(number), table)
        ids = waiting.setdefault(table, set())
        ids.add(of(number).id)
        assert buffer.due() == ([(table, "")] if len(ids) == 2 else [])
        for key in buffer.due():
            asyncio.run(buffer.write(key))
            assert buffer.covered[table][-1] == waiting.pop(table)
        assert not buffer.due()
        assert set(buffer.all()) == {(name, "") for name in waiting}


def test_a_call_looks_at_its_own_file_alone(monkeypatch):
    """However many folders wait for more rows: thousands of calls would look at thousands of files."""
    looked = []
    large = PendingFile.is_large
    monkeypatch.setattr(
        PendingFile, "is_large", lambda self, limits: looked.append(self) or large(self, limits)
    )
    buffer = KeptBuffer(None, Limits(), partition_by="test_id")
    for number in range(50):
        buffer.add_absent(of(number), "results")
        assert not buffer.due()
    assert len(looked) == 50
    assert len(buffer.all()) == 50


@pytest.mark.parametrize("old", [0, 1, 3])
def test_rows_that_have_waited_long_are_due_the_oldest_first(monkeypatch, old):
    """Also where few rows came."""
    now = [100.0]
    monkeypatch.setattr("midakit.export.files.buffer.monotonic", lambda: now[0])
    buffer = KeptBuffer(None, Limits(seconds=15), partition_by="test_id")
    for number in range(3):
        now[0] = 100.0 if number < old else 110.0
        with buffer._filling(("results", f"test_id={number}/")) as pending:
            pending.began = now[0]
    now[0] = 115.0
    assert buffer.due() == [("results", f"test_id={number}/") for number in range(old)]
