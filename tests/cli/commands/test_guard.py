"""`midakit guard`."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from midakit.core.files import write_whole


def test_one_look_tells_and_ends_with_a_code_for_ci(shop, midakit, home):
    first = midakit("guard", "--exit-code")
    assert first.code == 1  # the sandbox's days are over: nobody has entered its tests since
    assert "! 1001 Homepage headline: nobody has entered it since" in first.out
    assert "6 live" in first.err
    second = midakit("guard")
    assert (second.code, second.out) == (0, "")


def test_the_answer_as_json_and_the_messages_in_a_file(shop, midakit, home):
    done = midakit("guard", "--json", "--log", "told.jsonl", "--times", "2", "--every", "1")
    looks = [json.loads(part) for part in done.out.replace("}\n{", "}\0{").split("\0")]
    assert [one["looked_at"] for one in looks] == [6, 6]
    lines = [json.loads(line) for line in (home / "told.jsonl").read_text().splitlines()]
    assert len({one["id"] for one in lines}) == len(lines) >= 5


def test_a_secret_is_in_no_output(shop, midakit, home, monkeypatch):
    monkeypatch.setenv("MIDAKIT_WEBHOOK_SECRET", "whsec_c2VjcmV0LW9mLXRoZS13ZWJob29r")
    done = midakit("guard", "--webhook", "http://127.0.0.1:9/path-with-a-token")
    assert done.code == 3
    assert "webhook 1: ConnectError" in done.err
    assert "c2VjcmV0" not in done.out + done.err
    assert "path-with-a-token" not in done.out + done.err
    assert "c2VjcmV0" not in (home / "guard.json").read_text()


def test_a_file_has_all_messages_of_the_run(shop, midakit, home):
    done = midakit("guard", "-o", "told.txt")
    assert (done.code, done.out) == (0, "")
    told = (home / "told.txt").read_text().splitlines()
    assert len(told) >= 5
    assert told[0].startswith("! 1001 Homepage headline: ")


def test_csv_is_refused_and_takes_no_message_away(shop, midakit, home):
    refused = midakit("guard", "--csv")
    assert (refused.code, refused.out) == (2, "")
    assert "use --json" in refused.err
    assert "! 1001 Homepage headline: " in midakit("guard").out


def test_a_disk_that_was_full_for_a_moment_does_not_end_a_guard(
    shop: Any, midakit: Any, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard that looks again and again goes on when its state could not be written once."""
    left = [OSError(errno.ENOSPC, "No space left on device")]

    def write(path: Path, content: str) -> None:
        if left:
            raise left.pop()
        write_whole(path, content)

    monkeypatch.setattr("midakit.guard.state_file.write_whole", write)
    done = midakit("guard", "--times", "2", "--every", "1")
    assert "this look failed: state: guard.json cannot be written: No space left" in done.err
    assert (done.code, "! 1001 Homepage headline: " in done.out) == (0, True)


@pytest.mark.parametrize("command", [("guard",), ("watch", "1001")])
@pytest.mark.parametrize("seconds", ["inf", "1e10"])
def test_a_pause_that_no_system_can_wait_is_refused_at_once(
    shop: Any, midakit: Any, command: tuple[str, ...], seconds: str
) -> None:
    """Seconds between two looks are at most those of a year."""
    refused = midakit(*command, "--every", seconds, "--times", "2")
    assert (refused.code, refused.out) == (2, "")
    assert "--every" in refused.err
