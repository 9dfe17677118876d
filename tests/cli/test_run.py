"""Mistakes are said in the user's terms: what, where, and what to try next."""

import errno
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midakit.cli import run as running
from support.commands import PROGRAM, environment, process

MISUSES = {
    "experimets list": 'Did you mean "experiments"?',
    "experiments lst": 'Did you mean "list"?',
    "result 1001 --stat-date 2026-01-01": "Did you mean --start-date?",
    "result": "TEST_ID is missing",
    "result abc": "TEST_ID: 'abc' is not a whole number",
    "watch 1001 --every soon": "--every: 'soon' is not a number",
    "result 1001 --goal": "--goal needs a value",
    "result 1001 --start-date 2026-13-01": "--start-date: '2026-13-01' is not a day: YYYY-MM-DD",
    "result 1001 --start-date 2026-02-02 --end-date 2026-02-01": "--start-date: 2026-02-02 is after",
    "result 1001 --breakdown-by moon": 'Choose from: "device"',
    "result 1001 --phase now": 'Choose from: "pre_deploy"',
    "experiments list --limit 0": "--limit. Must be >= 1",
    "experiments list --region asia": 'Choose from: "us", "eu", "auto"',
    "experiments list --deadline -1": "--deadline. Must be > 0",
    "experiments list --json --csv": "choose one",
    "experiments update 1001": "give at least one of FILE, --name",
    "experiments update 1001 --traffic 150": "--traffic. Must be <= 100",
    "proxy a.json --port 65536": "--port. Must be <= 65535",
    "demo --port -1": "--port. Must be >= 0",
    "demo --visitors -1": "--visitors. Must be >= 0",
    "export vacuum out --days inf": "--days. Must be <= ",
    "experiments create none.yaml": "none.yaml: cannot be read: No such file",
    "goals create a bogus b": 'Choose from: "pageview"',
    "goals update 101": "give at least one of --name, --type",
    "groups create Two 1001": "at least two experiments",
    "groups create Two 1001:60 1002:30": "sum to 90",
    "groups create Two 1001:x 1002": "'1001:x' is not ID or ID:PERCENT",
    "events record paid": "give one of --uuid, --email, --id",
    "events record paid --id 1 -p total": "'total' is not NAME=VALUE",
    "watch 1001 --every 1": "--every. Must be >= 2",
    "calls get_experimnt_result 1": "did you mean get_experiment_result",
    "calls get_experiment_result 1 --wher x": "did you mean --where?",
    "calls delete_goal": "goal_profile_id: is missing; it takes GOAL_PROFILE_ID",
    "calls delete_goal 1 2": "unexpected argument; it takes",
    "result 1001 -s m=device==phone": "column 9: device: 'phone' is not one of",
    "result 1001 -s a=os==ios -s a=os==ios": "'a' is given twice",
    "result 1001 1002": "unexpected argument '1002'",
    "login shop": "unexpected argument 'shop' (did you mean --profile shop?)",
    "--projct x goals list": "Unknown option: --projct. Did you mean --project?",
    "goals list --profile": "--profile needs a value",
    "help experimets": 'Did you mean "experiments"?',
    "watch 1001 -o w.json": "--output: watch prints continuously",
    "events update 1": "give at least one of --name",
    "completion tcsh": 'Choose from: "bash", "zsh", "fish"',
}
FAILURES = {
    "result 9999": ("404 Experiment not found", "midakit experiments list"),
    "goals show 9999": ("404 Goal not found", "midakit goals list"),
    "events show 99999": ("404", "midakit events list"),
    "groups delete 9 --yes": ("404", "midakit groups list"),
    "projects show nope": ("404 Project not found", "midakit projects list"),
    "result 1001 --goal nope": ("goal_key 'nope'", "midakit goals list"),
    "profile show nope": ("no profile file", "midakit login --profile NAME"),
    "logout": ("no profile file", "midakit login"),
    "export verify none": ("none does not exist", "there is no export"),
}


@pytest.mark.parametrize("line", MISUSES)
def test_a_misuse_is_refused_before_anything_is_sent(line, shop, midakit):
    """Exit code 2, one clear line, and the sandbox saw no request."""
    seen = len(shop.requests())
    done = midakit(*line.split())
    assert done.code == 2, done
    assert MISUSES[line] in done.err
    assert done.err.startswith("midakit: ")
    assert done.out == ""
    assert len(shop.requests()) == seen


@pytest.mark.parametrize("line", FAILURES)
def test_a_failure_says_what_to_try_next(line, shop, midakit):
    """Exit code 1, what happened, and the command that helps."""
    done = midakit(*line.split())
    assert done.code == 1, done
    for words in FAILURES[line]:
        assert words in done.err


def test_a_segment_error_points_at_the_column(shop, midakit):
    """The caret stands below the character that is wrong, wide letters and tabs included."""
    done = midakit("result", "1001", "--segment", "us=device == mobile & country in (US, CA")
    said, text, caret = done.err.splitlines()[:3]
    assert "a ) is missing" in said
    assert text.strip() == "device == mobile & country in (US, CA"
    assert caret.index("^") == len(text)
    value = midakit("result", "1001", "-s", 'm=os == ios & country in (US, "usa")')
    _, text, caret = value.err.splitlines()[:3]
    assert caret.index("^") == text.index('"usa"')
    wide = midakit("result", "1001", "--segment", "x=attribute.名 == '日本' &\tfoo == 1")
    _, text, caret = wide.err.splitlines()[:3]
    assert caret.index("^") == text.index("foo") + 3  # three characters before it take two cells


def test_no_settings_at_all_says_where_to_begin(home, midakit):
    """The first thing a newcomer runs leads on."""
    done = midakit("experiments", "list")
    assert done.code == 1
    assert "MIDA_API_KEY" in done.err
    assert "midakit login" in done.err
    assert "midakit sandbox" in done.err


def test_a_wrong_key_and_a_wrong_project_lead_to_the_doctor(shop, midakit, monkeypatch):
    """401 speaks of key and region, 404 of the project key."""
    monkeypatch.setenv("MIDA_PROJECT_KEY", "nope")
    assert "midakit projects list" in midakit("goals", "list").err
    monkeypatch.setenv("MIDA_API_KEY", "wrong-key-1234")
    done = midakit("goals", "list")
    assert done.code == 1
    assert "401" in done.err
    assert "midakit doctor" in done.err
    assert "wrong-key-1234" not in done.err


def test_a_server_that_is_down_is_named(home, midakit, monkeypatch):
    """Address, reason, and where to look."""
    monkeypatch.setenv("MIDA_API_KEY", "k")
    done = midakit(
        "goals", "list", "--base-url", "http://127.0.0.1:9", "--project", "p", "--deadline", "2"
    )
    assert done.code == 1
    assert "127.0.0.1:9" in done.err
    assert "refused" in done.err


SHELL = pytest.mark.skipif(sys.platform == "win32", reason="a shell of Unix")


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, in which `$M` is the command."""
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line], env=environment(M=" ".join(PROGRAM)),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


@SHELL
def test_without_stdin_nothing_is_read_and_nobody_is_asked(shop: Any) -> None:
    """Some schedulers start a command with a closed stdin: it is one that has nothing to say."""
    asked = shell("$M goals delete 101 <&-")
    assert (asked.returncode, "pass --yes to continue" in asked.stderr) == (2, True)
    read = shell("$M experiments create - <&-")
    assert (read.returncode, read.stderr) == (
        2, "midakit: stdin: must contain one object: names and their values\n"
    )  # fmt: skip


@SHELL
def test_without_stderr_the_answer_is_whole(shop: Any) -> None:
    """Notes and warnings go nowhere, and end nothing."""
    listed = shell("$M goals list --limit 1 2>&-")
    assert (listed.returncode, "Thank You Page" in listed.stdout) == (0, True)
    decided = shell("$M verdict 1001 2>&-")
    assert (decided.returncode, "Keep running" in decided.stdout) == (0, True)
    assert shell("$M goals show 9999 2>&-").returncode == 1


@pytest.mark.parametrize("words", ["--help", "result --help", "experiments list"])
def test_a_pipe_that_nobody_reads_has_its_own_code(shop: Any, words: str) -> None:
    """The help ends with 141 as every answer does, and not as a failure."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*PROGRAM, *words.split()], env=environment(), stdout=writing, stderr=subprocess.PIPE,
            text=True, check=False, timeout=600,
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_what_nobody_foresaw_asks_for_a_report(capsys):
    """Its kind, its words, and how to see more; a file's trouble is said by the file's name."""
    assert running._explain(RuntimeError("boom"), []) == 1
    assert "RuntimeError: boom" in (said := capsys.readouterr().err)
    assert "--debug" in said
    assert running._explain(OSError(errno.ENOSPC, "No space left on device", "x.csv"), []) == 1
    assert capsys.readouterr().err == "midakit: x.csv: No space left on device\n"


def test_without_the_extra_the_command_says_what_to_install(shop):
    """The package may be installed without its command line."""
    code = (
        "import sys; sys.modules['cyclopts'] = None; from midakit.cli import main; main(['goals'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True,
        check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 1
    assert "pip install 'midakit[cli]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback_and_the_attempts(shop):
    """And never the key."""
    done = process("goals", "show", "99999", "--debug")
    assert "Traceback" in done.err
    assert "GET /project/{project_key}/goal/99999 -> 404" in done.err
    assert shop.api_key not in done.err


WORDS = [
    "experiments", "goals", "events", "groups", "comments", "projects", "profile", "result",
    "metrics", "timeseries", "compare", "watch", "calls", "export", "ld", "import", "list", "show",
    "create", "update", "delete", "serve", "rollout", "run", "verify", "defaults", "logout", "use",
    "1001", "0", "-1", "1e9", "nan", "--json", "--csv", "-q", "--yes", "--all", "--limit", "--segment",
    "-s", "m=device == mobile", "a=", "=", "--", "-", "--start-date", "2026-01-01", "--region", "eu",
    "--goal", "--property", "-p", "--traffic", "get_experiment_result", "events.record", "@", "[", "{",
    "--project", "--help", "--deadline", "--name", "--where", "--tests", "[1001, {a: 1}]",
]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS) | st.text("ab0=:[{*&!%@ é\x1b\n", max_size=5), max_size=6))
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_makes_it_crash(home, midakit, words):
    """Whatever is typed, it is help, an answer or a sentence; never an error nobody foresaw."""
    done = midakit(*words)
    assert done.code in (0, 1, 2), (words, done)
    assert "unexpected error" not in done.err, (words, done)
    assert "\x1b" not in done.err


def test_an_answer_that_is_too_long_names_the_option_that_allows_it(shop, midakit):
    """And the option is obeyed."""
    done = midakit("experiments", "list", "--max-body", "100")
    assert done.code == 1
    assert "longer than 100 bytes" in done.err
    assert "--max-body" in done.err
    assert midakit("experiments", "list", "--max-body", "1000000").code == 0


def test_days_before_today_are_typed_as_documented(midakit, shop):
    """`-7d` behind an option is its value, not another option; a word that is no day is refused."""
    for words in (("result", "1001"), ("events", "list"), ("timeseries", "1001")):
        midakit.good(*words, "--start-date", "-7d", "--end-date", "-1d")
    wrong = midakit("result", "1001", "--start-date", "--json")
    assert wrong.code == 2
    assert "'--json' is not a day" in wrong.err


def test_one_is_singular(midakit, shop):
    """One experiment is not "1 experiments"."""
    assert "showing the first 1 experiment;" in midakit.good("experiments", "list", "-L", "1").err
    assert "showing the first 2 experiments;" in midakit.good("experiments", "list", "-L", "2").err
