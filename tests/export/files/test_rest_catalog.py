"""Iceberg tables in a REST catalog, which keeps them where it wants: lost answers, other writers, kills.

The catalog is SeaweedFS, with a proxy before it. The export's own files are in a folder.
"""

import socket
import traceback
from contextlib import suppress
from datetime import timedelta

import pytest

from midakit import MidakitError
from midakit.export import compact, vacuum, verify
from midakit.export import open as open_export
from midakit.export.files.buffer import Limits
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.folders import Folder
from midakit.export.files.log_rules import Snapshot, WriterFenced
from midakit.export.files.stores import PlaceUnwritable
from midakit.export.files.targets import open_target
from midakit.export.plan.plan import FILE
from support.account import Account
from support.daily import Daily, days, each_once, outlives_deaths
from support.exports import all_rows, rows, run
from support.object_stores import STORES
from support.steps import numbered, once_of_each_kind

pytest.importorskip("pyiceberg", reason="the extra `iceberg` is not installed")
pytestmark = [
    pytest.mark.slow,
    *STORES["s3"],
    # of pyiceberg, whose commit has succeeded by then
    pytest.mark.filterwarnings("ignore:Failed to delete old metadata:UserWarning"),
]

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
KIND = {"kinds": ("timeseries",)}
SMALL = {"limits": Limits(specs=2), "concurrency": 1}
KILLED_AT = pytest.mark.parametrize(
    "steps",
    [once_of_each_kind, pytest.param(numbered, marks=pytest.mark.soak)],
    ids=["kinds", "all"],
)
SECRET = "not-the-key-of-the-catalog"


@pytest.fixture
def catalog(store_of):
    """A catalog whose proxy passes everything on until it is told otherwise."""
    return store_of("s3")


@pytest.fixture
def place_of(catalog, monkeypatch, tmp_path):
    """Returns a folder of this name, whose tables have a namespace of their own in the catalog."""

    def place(name):
        for key, value in catalog.rest_catalog(f"{tmp_path.name}-{name}").items():
            monkeypatch.setenv(key, value)
        return tmp_path / name

    return place


def test_a_catalog_that_keeps_the_tables_holds_the_rows_of_other_formats(
    catalog, place_of, tmp_path
):
    """Resumed, incremented, verified, opened as they were, compacted and vacuumed."""
    account, place = Daily(2), place_of("place")
    run(Daily(2).client(), tmp_path / "files", end_date="2026-01-05", **KIND)
    assert run(account.client(), place, format="iceberg", end_date="2026-01-05", **SMALL, **KIND).ok
    assert rows(place, "timeseries") == rows(tmp_path / "files", "timeseries")
    assert run(account.client(), place, resume=True).fetched == 0
    first = open_export(place)
    account.vanished = {4}
    assert run(account.client(), place, since_last=True, end_date="2026-01-07").ok
    assert days(place) == each_once([1, 2], [1, 2, 3, 5, 6, 7])
    assert len(open_export(place, first.version).arrow("timeseries")) == 2 * 5 * 2
    assert verify(place).ok
    assert compact(place)["timeseries"][1] == 1
    assert vacuum(place, keep=timedelta(0)) > 0
    assert days(place) == each_once([1, 2], [1, 2, 3, 5, 6, 7])
    assert verify(place).ok
    assert not list(place.rglob("*.parquet"))


@pytest.mark.parametrize("cut", [True, False], ids=["cut", "500"])
@pytest.mark.parametrize("what", ["catalog/results", "catalog/tables"])
def test_a_commit_whose_answer_was_lost_doubles_nothing(catalog, place_of, tmp_path, cut, what):
    """The table says that the commit, or its making, was ours."""
    account = Account(4)
    run(account.client(), tmp_path / "files", **SMALL, **ASKED)
    place = place_of("lost")
    catalog.tell(cut=cut, loses=what)
    report = run(account.client(), place, format="iceberg", **SMALL, **ASKED)
    assert catalog.lost
    if report.exit_code == 4:  # a table whose making got no answer
        assert what == "catalog/tables"
        report = run(account.client(), place, resume=True, **SMALL)
    assert report.ok, report
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path / "files", name)
    assert verify(place).ok


def test_an_earlier_run_cannot_write_after_a_later_one_has_begun(place_of):
    """The catalog refuses a commit that does not stand on the last version."""
    from export.files.test_table_formats import batch

    def target_of(place):
        log = CommitLog(Folder(place))
        log.begin()
        made = open_target(log.store, "iceberg", log=log)
        made.tidy()
        return made

    place = place_of("writers")
    place.mkdir()
    first = target_of(place)
    first.commit("results", *batch("a", 1))
    second = target_of(place)
    genuine, looks = first.log.refresh, []
    first.log.snapshot = Snapshot(epoch=1, writer=first.log.writer)

    def refresh():  # as if it had looked just before the other one began
        looks.append(None)
        return genuine() if len(looks) > 1 else None

    first.log.refresh = refresh
    with pytest.raises(WriterFenced):
        first.commit("results", *batch("b", 2))
    assert len(looks) == 2
    second.commit("results", *batch("b", 2))
    assert sorted(second.rows("results").column("test_id").to_pylist()) == [1, 2]


@KILLED_AT
def test_a_writer_that_dies_at_any_change_of_the_catalog_loses_and_doubles_nothing(
    catalog, place_of, calm, steps
):
    """From one request on nothing comes through; what a resume makes of it are the rows of a calm run."""
    account, asked = Account(4), {**SMALL, **KIND, "end_date": "2026-01-31", "format": "iceberg"}
    assert run(account.client(), place_of("lives"), **asked).ok
    for number, step in enumerate(steps(catalog.changes)):
        place = place_of(f"dies-{number}")
        catalog.tell(dies_at=step)
        with suppress(OSError, MidakitError):
            run(account.client(), place, **asked)
        assert catalog.dead, step
        catalog.tell()
        again = {**SMALL, "resume": True} if (place / FILE).exists() else asked
        assert run(account.client(), place, **again).ok, step
        assert all_rows(place, KIND["kinds"]) == calm(4, **KIND, end_date="2026-01-31"), step
        assert verify(place).ok, step


@KILLED_AT
def test_increments_that_die_at_any_change_of_the_catalog_end_with_each_day_once(
    catalog, place_of, steps
):
    """Night after night, each dies at another step: a resume leaves the days of before, or all, once."""
    outlives_deaths(catalog, place_of("increment"), "iceberg", steps)


def test_no_secret_of_the_catalog_is_in_messages_or_files(catalog, place_of, monkeypatch, caplog):
    """Not when the catalog refuses it, and not in the folder."""
    place = place_of("secret")
    assert run(Account(1).client(), place, format="iceberg", **ASKED).ok
    caplog.set_level("DEBUG")
    for name in ("TOKEN", "CREDENTIAL"):
        monkeypatch.delenv("PYICEBERG_CATALOG__MIDAKIT__CREDENTIAL", raising=False)
        value = SECRET if name == "TOKEN" else f"nobody:{SECRET}"
        with monkeypatch.context() as patched:
            patched.setenv(f"PYICEBERG_CATALOG__MIDAKIT__{name}", value)
            with pytest.raises(PlaceUnwritable, match=r"(?i)unauthori|invalid") as refused:
                run(Account(1).client(), place, resume=True)
        text = "".join(traceback.format_exception(refused.value))
        assert SECRET not in text + caplog.text
    for path in place.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_a_catalog_that_never_answers_ends_the_run(tmp_path, monkeypatch):
    """Its silence is an error like others: the run stops, to be resumed."""
    from midakit.export.files.table_formats import rest_catalog

    monkeypatch.setattr(rest_catalog, "TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for key, value in {
            "TYPE": "rest",
            "URI": address,
            "TOKEN": SECRET,
            "NAMESPACE": "n",
        }.items():
            monkeypatch.setenv(f"PYICEBERG_CATALOG__MIDAKIT__{key}", value)
        with pytest.raises(PlaceUnwritable, match="timed out"):
            run(Account(1).client(), tmp_path, format="iceberg", **ASKED)
