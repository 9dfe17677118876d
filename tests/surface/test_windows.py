"""Nothing on the way of a command needs POSIX: it runs where Windows' rules hold, as far as they can be simulated."""

import ntpath
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.ascode.names import file_name as document_name
from midakit.core import files
from midakit.errors import ConfigurationError
from midakit.export.files import folders
from midakit.export.files.folders import Folder, is_inside
from midakit.export.files.targets import check_partitions, partition_folder
from midakit.testing.cassettes import file_name as cassette_name

RULES = Path(__file__).parents[1] / "support" / "windows"
RESERVED = ("con", "PRN", "aux", "nul", "com1", "LPT9")
NAMES = st.text(max_size=80) | st.sampled_from(
    [*RESERVED, *(f"{name}.x" for name in RESERVED), "a.", "a ", ".."]
)


def legal(name):
    """Whether Windows takes a name of a file or folder, by the rules of its documentation."""
    stem = name.partition(".")[0].rstrip(" ")
    return (
        bool(name)
        and name[-1] not in ". "
        and not any(sign in name for sign in '<>:"/\\|?*')
        and min(name) >= " "
        and stem.lower() not in {one.lower() for one in RESERVED}
    )


def under_the_rules(code, *words, **environment):
    """Run a piece of Python, and whatever it starts, where the rules hold."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(
                [str(RULES), *map(os.path.abspath, filter(None, sys.path))]
            ),
            "PYTHONWARNDEFAULTENCODING": "1",
            "PYTHONIOENCODING": "cp1252",
            **environment,
        },
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def test_the_simulation_bites(tmp_path):
    """What the rules forbid fails for the package, and POSIX is hidden from it alone."""
    under_the_rules(
        """
import contextlib, os, pathlib, sys, types
place = pathlib.Path(sys.argv[1])
ours = {"__name__": "midakit.example"}
def refused(code, error):
    try: exec(code, {**ours, "os": os, "place": place})
    except error: return
    raise SystemExit(f"not refused: {code}")
import fcntl
os.fork
refused("import fcntl", ImportError)
refused("os.fork", AttributeError)
refused("import signal; signal.SIGKILL", AttributeError)
refused("from select import poll", ImportError)
refused("os.open(place, os.O_RDONLY)", PermissionError)
(place / "a").write_text("", encoding="utf-8")
(place / "b").write_text("", encoding="utf-8")
refused("(place / 'a').rename(place / 'b')", FileExistsError)
with (place / "b").open("rb"):
    refused("(place / 'a').replace(place / 'b')", PermissionError)
    refused("(place / 'b').unlink()", PermissionError)
(place / "a").replace(place / "b")
refused("(place / 'a:b').write_bytes(b'')", OSError)
refused("(place / 'nul.txt').write_bytes(b'')", OSError)
refused("(place / 'b').read_text()", EncodingWarning)
refused("os.write(os.open(place / 'c', os.O_CREAT | os.O_WRONLY), b'x\\\\n')", AssertionError)
""",
        str(tmp_path),
    )


def test_every_module_is_imported_without_posix():
    """No module of the package needs what only POSIX has."""
    out = under_the_rules(
        """
import importlib, pkgutil, sys, midakit
found = [one.name for one in pkgutil.walk_packages(midakit.__path__, "midakit.")]
for name in found:
    if name.endswith(("__main__", "demo.program")):  # these are programs
        continue
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:  # an extra that is not installed here
        if str(error.name).partition(".")[0] in ("midakit", *sys.modules["sitecustomize"].HIDDEN):
            raise
print(len(found))
"""
    )
    assert int(out) > 300


COMMANDS = """
import contextlib, os, sys
from midakit.cli.run import run
os.chdir(sys.argv[1])
for line in sys.argv[2:]:
    code = run(line.split())
    if code:
        raise SystemExit(f"{line}: exit code {code}")
"""


@pytest.fixture
def commands(mida_sandbox, tmp_path):
    """Runs commands, one after another, in one process."""

    def run(*lines):
        return under_the_rules(
            COMMANDS,
            str(tmp_path),
            *lines,
            MIDA_API_KEY=mida_sandbox.api_key,
            MIDA_PROJECT_KEY=mida_sandbox.project_key,
            MIDA_BASE_URL=mida_sandbox.base_url,
            XDG_CONFIG_HOME=str(tmp_path / "home"),
        )

    run.home = tmp_path
    return run


def test_commands_that_read_work(commands):
    """Listings, reports, verdicts and files that are written twice."""
    commands(
        "--version", "--help", "doctor", "experiments list", "goals list", "timeseries 1001", "verdict 1001",
        "result 1001 --json -o r.json", "result 1001 --json -o r.json",
        "report 1001 -o r.html", "report 1001 -o r.html",
    )  # fmt: skip
    assert (commands.home / "r.json").exists()
    assert (commands.home / "r.html").exists()


@pytest.mark.parametrize("form", ["parquet", "csv", "duckdb"])
def test_an_export_and_its_increment_work(commands, form):
    """Files take their names, are replaced by an increment, and nothing is left behind."""
    commands(f"export out --format {form} --test 1001", "export out --since-last")
    assert list((commands.home / "out").glob("**/*.tmp")) == []
    assert (commands.home / "out" / "_SUCCESS").exists()


def test_an_export_of_several_processes_works(commands):
    """Its processes start, fetch and end."""
    commands("export out --processes 2 --kind results")
    assert list((commands.home / "out" / "results").glob("*.parquet"))


def test_experiments_as_code_work(commands):
    """A folder is written, read, compared and changed."""
    commands(
        "pull code", "pull code", "plan code", "drift code", "apply code --yes", "backup saved"
    )
    assert list((commands.home / "code" / "experiments").glob("*.yaml"))


def test_a_sandbox_keeps_and_restores_its_data(tmp_path):
    """Snapshots are taken, replaced and restored while the server runs, and the folder is locked."""
    under_the_rules(
        """
import sys
from pathlib import Path
from midakit import Mida
from midakit.sandbox import Sandbox, Settings
place = Path(sys.argv[1])
for turn in range(2):
    with Sandbox(data_dir=place, seed=7) as sandbox:
        try:
            Sandbox(data_dir=place).start()
        except OSError as error:
            assert "another sandbox" in str(error), error
        else:
            raise SystemExit("two sandboxes in one folder")
        with Mida(sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url) as mida:
            sandbox.snapshot("before")
            mida.goals.create("Seen", "pageview", "/seen")
            sandbox.snapshot("before") if turn else None
            sandbox.restore("before")
            sandbox.reset()
            assert mida.experiments.get(1001).test_id == 1001
""",
        str(tmp_path / "kept"),
    )


def test_events_on_disk_are_taken_over(tmp_path):
    """A journal is written, read by the process that has its lock, and removed when all is settled."""
    under_the_rules(
        """
import sys
from pathlib import Path
from midakit.delivery.event_queue import PendingEvent
from midakit.delivery.journal import EventJournal, JournalSegment
place = Path(sys.argv[1])
first = EventJournal(place)
events = [PendingEvent(f"e{n}", "event", "v", "n", "{}") for n in range(3)]
for event in events:
    first.accept(event)
first.settle(events[1])
second = EventJournal(place)
assert second.adopt() == [], "taken from a process that lives"
first.close()
adopted = second.adopt()
assert [one.event_id for one in adopted] == ["e0", "e2"], adopted
for event in adopted:
    second.settle(event)
second.close()
assert list(place.iterdir()) == []
""",
        str(tmp_path),
    )


def test_workers_of_a_test_run_share_a_server(tmp_path):
    """The server starts once, and ends when the last worker is gone."""
    under_the_rules(
        """
import sys, time
from pathlib import Path
from midakit.testing.shared_server import shared_sandbox
place = Path(sys.argv[1])
with shared_sandbox(place, {}, "a") as one, shared_sandbox(place, {}, "b") as two:
    assert one.url.split('/')[2] == two.url.split('/')[2]
    assert list(place.glob("*/address.json"))
ends = time.monotonic() + 60
while list(place.glob("*/address.json")):
    assert time.monotonic() < ends, "the server goes on"
    time.sleep(0.05)
""",
        str(tmp_path),
    )


@given(NAMES)
def test_names_that_we_make_are_legal(text):
    """Whatever a segment, an experiment or a test is called, Windows takes the names made of it."""
    assert legal(f"{document_name(text)}.yaml")
    assert legal(cassette_name(text))
    folder = partition_folder("segment", {"segment": text})
    assert folder.endswith("/")
    assert legal(folder[:-1])


@given(st.text(alphabet="ab.\\/:C \0", max_size=12))
def test_no_name_leaves_the_folder_of_an_export(name):
    """A name from a log that somebody else wrote stays below the folder, by either system's rules."""
    if is_inside(name):
        found = ntpath.normpath(ntpath.join("C:\\out", *name.split("/")))
        assert found.startswith("C:\\out\\")
        assert os.path.normpath(f"/out/{name}").startswith("/out/")


@pytest.mark.parametrize(
    "name", ["results/a.parquet", "segment=caf%C3%A9/part-1.csv", "_log/1.json"]
)
def test_names_of_an_export_are_inside(name):
    """What an export writes is in its folder."""
    assert is_inside(name)


def test_partitions_that_differ_in_case_only_are_refused_where_case_does_not_count(tmp_path):
    """Where `segment=us` and `segment=US` are one folder, an export would lose the files of one."""
    store = Folder(tmp_path)
    labels = [{"segment": name} for name in ("US", "mobile", "us")]
    store.lock()
    try:
        check_partitions(store, "segment", labels)  # both can be here
        (tmp_path / "._MIDAKIT.LOCK").touch()  # now it looks like a file system that ignores case
        check_partitions(store, None, labels)
        check_partitions(store, "segment", labels[:2])
        check_partitions(store, "segment", [labels[0], labels[0]])
        with pytest.raises(
            ConfigurationError, match="segment=US/ and segment=us/ are the same folder"
        ):
            check_partitions(store, "segment", labels)
    finally:
        store.unlock()


class Busy:
    """A path that somebody else has open for a while, as Windows says it."""

    def __init__(self, times, winerror):
        self.times, self.winerror, self.tries = times, winerror, 0

    def replace(self, target):
        self.tries += 1
        if self.tries <= self.times:
            error = PermissionError(13, "refused")
            error.winerror = self.winerror
            raise error


@pytest.mark.parametrize("code", sorted(files.BUSY))
def test_a_rename_waits_for_readers(code):
    """A file that a reader has open is tried again, and for good only after all pauses."""
    waited = []
    with mock.patch.object(files, "sleep", waited.append):
        files.replace(Busy(2, code), Path("x"))
        assert waited == list(files.PAUSES[:2])
        with pytest.raises(PermissionError):
            files.replace(Busy(99, code), Path("x"))
    assert waited[2:] == list(files.PAUSES)


@pytest.mark.parametrize("code", [None, 3])
def test_a_rename_that_is_forbidden_fails_at_once(code):
    """A folder that may not be written to is no reason to wait."""
    path = Busy(99, code)
    with (
        mock.patch.object(files, "sleep", side_effect=AssertionError),
        pytest.raises(PermissionError),
    ):
        files.replace(path, Path("x"))
    assert path.tries == 1


def test_a_folder_that_cannot_be_synced_is_no_error(tmp_path, monkeypatch):
    """Windows opens no folders: what was written is there all the same."""
    genuine = os.open

    def refusing(path, *arguments, **options):
        if Path(path).is_dir():
            raise PermissionError(13, "refused", str(path))
        return genuine(path, *arguments, **options)

    monkeypatch.setattr(folders.os, "open", refusing)
    Folder(tmp_path).put("a/b.json", b"1")
    assert Folder(tmp_path).get("a/b.json") == b"1"
