"""A data folder: a damaged or lost file is named in one line, and nothing acknowledged is lost."""

import json

import pytest

from midakit.sandbox import Sandbox
from support.api import Api

FILES = ("records.sqlite3", "baseline-records.sqlite3", "visits.npz", "events.jsonl")


@pytest.fixture
def folder(tmp_path):
    """A folder with seeded visits, one goal and one event added."""
    with Sandbox(data_dir=tmp_path, visitors=30) as sandbox, Api(sandbox) as api:
        api.post("/goal", {"goal_name": "G", "goal_type": "event", "goal_value": "g"})
        uuid = sandbox.state.visits.visitors.texts("uuid").text(0)
        api.post("/event", {"event_name": "kept", "mida_uuid": uuid})
    return tmp_path


def refusal(folder):
    """Return the one line that a start fails with."""
    with pytest.raises(OSError, match="cannot open the data in") as refused:
        Sandbox(data_dir=folder, visitors=30).start()
    line = str(refused.value)
    assert "\n" not in line
    return line


@pytest.mark.parametrize("name", FILES)
def test_a_lost_file_is_named(folder, name):
    """A folder that lost one of its files does not start, and nothing in it is touched."""
    (folder / name).unlink()
    for _ in range(2):
        assert refusal(folder).endswith(f"{name} is missing")
        assert not (folder / name).exists()


@pytest.mark.parametrize("name", FILES[:3])
@pytest.mark.parametrize("damage", ["start", "middle", "end"])
def test_a_damaged_file_is_named(folder, name, damage):
    """Bytes that were overwritten or cut off are found at the start, in one line."""
    path = folder / name
    content = bytearray(path.read_bytes())
    if damage == "end":
        content = content[: len(content) * 2 // 3]
    else:
        place = 0 if damage == "start" else len(content) // 2
        content[place : place + 200] = b"\xff" * 200
    path.write_bytes(bytes(content))
    if damage != "middle" or name == "visits.npz":
        assert f"{name} is damaged" in refusal(folder)


def test_a_folder_of_an_earlier_version_is_named(tmp_path):
    """Its visits cannot be read, and are not taken for none."""
    (tmp_path / "visits.duckdb").write_bytes(b"x")
    assert "visits.duckdb is of an earlier version" in refusal(tmp_path)


def test_a_start_that_was_killed_begins_again(folder):
    """Without records nothing was ever kept: the data are made up anew."""
    (folder / "records.sqlite3").write_bytes(b"")
    (folder / "visits.npz").unlink()
    with Sandbox(data_dir=folder, visitors=30) as sandbox:
        assert sandbox.project_key


def test_an_empty_sandbox_opens_again(tmp_path):
    """Nothing seeded, a project added: the folder is complete."""
    for _ in range(2):
        with Sandbox(data_dir=tmp_path, seed=None) as sandbox:
            if not sandbox.project_key:
                sandbox.state.add_project({"project_key": "P", "website_name": "p"}, "key")
            assert sandbox.project_key == "P"


def test_everything_acknowledged_is_there_again(folder):
    """The goal and the event are in the export after opening again."""
    with Sandbox(data_dir=folder) as sandbox, Api(sandbox) as api:
        lines = [json.loads(line) for line in api.admin("GET", "/export").text.splitlines()]
    assert [x for x in lines if x.get("event_text") == "kept"]
    assert [x for x in lines if x.get("goal_value") == "g"]
