"""Every command explains itself, and what it shows as an example works."""

import shlex
import subprocess
import sys
from itertools import pairwise

import pytest

from midakit._version import __version__
from midakit.cli.app import COMMANDS
from midakit.mida.regions import BASE_URLS, Region
from support.command_reference import entries, global_options
from support.commands import environment

ENTRIES = {entry.name: entry for entry in entries()}
OTHERS = ("midakit demo", "midakit report")
"""Their own tests run them."""
LONG = (
    "midakit sandbox", "midakit completion", "midakit import growthbook", "midakit proxy", "midakit mcp",
    "midakit guard",
)  # fmt: skip
"""What serves until Ctrl-C, writes into the user's files, or asks another service: their own tests run them too."""
EXAMPLES = [
    example
    for entry in ENTRIES.values()
    for example in entry.examples
    if not entry.name.startswith((*OTHERS, *LONG))
]
ASKS = ("delete", "remove", "serve", "stop-serving", "rollout", "apply", "copy", "restore")
OTHER = "SANDBOXxPROJECTxKEY002"
"""The shop's second project."""
CODES = {"midakit comments add": 1, "midakit comments delete": 1, "midakit doctor": (0, 1),
         "midakit verdict 1001 --metric rpv --exit-code": 13,
         "midakit import launchdarkly my-project --url": 1}  # fmt: skip
"""A project's key is not a person, so it has no comments; doctor may find something to do; 13 is to keep running;
the sandbox has metrics of LaunchDarkly and no experiments."""


def test_every_command_says_what_it_does_and_gives_an_example():
    """In its own help, not only in the list."""
    assert len(ENTRIES) >= 50
    assert not [name for name, one in ENTRIES.items() if not one.text]
    without = {name for name, one in ENTRIES.items() if not one.examples}
    assert without <= set(OTHERS)


def test_a_command_has_the_whole_of_its_help_after_a_mistyped_one(midakit, home):
    """In one process, where the search for what was meant has read the list of all commands."""
    assert midakit("contrakt").code == 2
    for name in ("contract", "export"):
        shown = " ".join(midakit.good(name, "--help").out.split())
        assert ENTRIES[f"midakit {name}"].text.split("\n")[0] in shown


def test_every_argument_and_option_is_explained():
    """Nobody has to guess what NAME or --purpose takes."""
    dark = [
        f"{name} {one.names[0]}"
        for name, entry in ENTRIES.items()
        for one in entry.arguments
        if not one.help and not name.startswith(OTHERS)
    ]
    assert not dark
    assert all(one.help for one in global_options())


def test_examples_fit_eighty_columns():
    """A wrapped line cannot be copied."""
    long = [
        example
        for name, entry in ENTRIES.items()
        for example in entry.examples
        if len(example) > 78 and not name.startswith(OTHERS)
    ]
    assert not long


def test_help_lists_every_family_and_the_exit_codes(midakit, home):
    """`midakit`, `midakit --help`, `midakit -h` and `midakit help` all show it."""
    shown = midakit.good("--help").out
    assert midakit.good().out == midakit.good("-h").out == midakit.good("help").out == shown
    for _, name, line in COMMANDS:
        assert name in shown
        assert line[:30] in shown
    for code in ("0 done", "1 failed", "2 misused", "3 partly done", "4 stopped", "130", "141"):
        assert code in shown


def test_help_of_a_command_comes_by_three_ways(midakit, home):
    """As an option before and behind, and as a word."""
    shown = midakit.good("goals", "create", "--help").out
    assert "element" in shown
    assert "$ midakit goals create" in shown
    assert "--profile" in shown
    assert midakit.good("help", "goals", "create").out == shown
    assert midakit.good("goals", "create", "-h").out == shown


def test_help_is_asked_for_without_settings_and_without_a_network(midakit, home, monkeypatch):
    """Every command's help works before anything is set up."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("help went to the network"))
    for entry in ENTRIES.values():
        if entry.name != "midakit sandbox":
            shown = midakit.good(*entry.words[1:], "--help").out
            assert "Usage: midakit" in shown
            assert entry.text.split("\n")[0][:40] in shown


def test_global_options_are_told_once(midakit, home):
    """In the list of commands and as a topic; the help of a command has one line about them."""
    topic = midakit.good("help", "options").out
    assert midakit.good("options").out == topic
    whole = midakit.good("--help").out
    for one in global_options():
        assert all(f"{name} " in topic and f"{name} " in whole for name in one.names)
    for name in ("goals create", "export", "result"):
        shown = midakit.good(*name.split(), "--help").out
        assert shown.rstrip().endswith("midakit help options")
        assert "--no-color" not in shown
        assert "╭─ Global options" not in shown


def test_one_option_is_one_thing_everywhere():
    """The same names, the same kind of value and the same choices in every command; only how many differs."""
    known = {}
    for name, entry in ENTRIES.items():
        for one in entry.arguments:
            for option in one.names:
                if option.startswith("--"):
                    told = (one.names, one.kind, one.choices)
                    first = known.setdefault(option, (told, name))
                    assert told == first[0], f"{option} of {name} differs from that of {first[1]}"
    assert len(known) > 50


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120])
def test_help_breaks_no_word_and_no_paragraph_by_hand(width, midakit, home, monkeypatch):
    """On any terminal: lines end between words where the terminal ends; an example stays whole."""
    monkeypatch.setenv("COLUMNS", str(width))
    for name in ("result", "export", "login", "watch", "demo", "experiments"):
        entry = ENTRIES.get(f"midakit {name}")
        lines = midakit.good(name, "--help").out.split("\n")
        told = {line.strip() for line in lines}
        words = {word for line in lines for word in line.replace("\u2502", " ").split()}
        for text in [entry.text, *(one.help for one in entry.arguments)] if entry else []:
            for word in text.split():
                if len(word) <= (width - 4) // 4:
                    assert word in words, (name, word)
        if entry:
            assert all(f"$ {example}" in told for example in entry.examples)
            for part in entry.text.split("\n\n"):
                _no_early_break(lines, part.split(), width)


def _no_early_break(lines, words, width):
    """A line of the paragraph ends only where its next word would not fit."""
    for line, after in pairwise(lines):
        found, following = line.split(), after.split()
        at = next(
            (n for n in range(len(words)) if found and words[n : n + len(found)] == found), None
        )
        if at is None or not following or words[at + len(found) :][: len(following)] != following:
            continue
        assert len(line.rstrip()) + 1 + len(following[0]) > width, line


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_of_a_help_works(example, shop, home, midakit, monkeypatch):
    """As it stands; what asks is told to go on, what would never end stops after a look."""
    monkeypatch.setitem(BASE_URLS, Region.EU, shop.base_url)
    prepare(midakit, home, shop)
    prepare_more(midakit, example)
    words = shlex.split(example)
    if "ann@example.com" in words:
        words[words.index("--email")], words[words.index("ann@example.com")] = (
            "--uuid",
            visitor(shop),
        )
    done = typed(midakit, words, home)
    expected = next((code for name, code in CODES.items() if example.startswith(name)), 0)
    assert done.code == expected if isinstance(expected, int) else done.code in expected, done


def visitor(shop):
    """A visitor that the sandbox knows."""
    return shop.state.visits.visitors.texts("uuid").text(0)


PREPARED = {}


def prepare(midakit, home, shop):
    """What examples take for granted; made once, and copied into every home."""
    if not PREPARED:
        (home / "key.txt").write_text(shop.api_key)
        (home / "changes.yaml").write_text("traffic_allocation: 50")
        midakit.good("login", "--project", shop.project_key, "--no-check", stdin=shop.api_key)
        for name, key in (("production", OTHER), ("blog", OTHER), ("shop", shop.project_key)):
            midakit.good(
                "login", "--profile", name, "--project", key, "--base-url", shop.base_url,
                stdin=shop.api_key,
            )  # fmt: skip
        (home / "test.yaml").write_text(midakit.good("experiments", "template").out)
        PREPARED.update(
            (path.relative_to(home), (path.read_bytes(), path.stat().st_mode))
            for path in home.rglob("*")
            if path.is_file()
        )
    for name, (data, mode) in PREPARED.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(data)
        (home / name).chmod(mode)


def prepare_more(midakit, example):
    """What some examples take for granted."""
    if "experiments draft" in example:
        midakit.good("experiments", "stop", "1001")
    if "groups" in example and "create" not in example:
        midakit.good("groups", "create", "Checkout", "1001", "1002")
    if any(word in example for word in ("verify", "compact", "vacuum", "--resume")):
        midakit.good("export", "run", "out", "--kind", "goals")
    if any(f"midakit {word}" in example for word in ("plan", "apply", "drift")):
        midakit.good("pull")
        midakit.good("pull", "experiments")
    if "restore" in example:
        midakit.good("backup", "saved", "shop", "blog")


def typed(midakit, words, home):
    """A shell small enough for our examples: pipes, echo, files in and out."""
    stdin = ""
    while "|" in words:
        at = words.index("|")
        first, words = words[:at], words[at + 1 :]
        stdin = first[1] if first[0] == "echo" else midakit.good(*first[1:]).out
    if "<" in words:
        at = words.index("<")
        stdin = (home / words[at + 1]).read_text()
        words = words[:at]
    out = None
    if ">" in words:
        at = words.index(">")
        out, words = words[at + 1], words[:at]
    if any(word in ASKS for word in words) and "--yes" not in words:
        words = [*words, "--yes"]
    if words[1] == "watch":
        words = [*words[:3], "--times", "1"]
    if words == ["midakit", "login"]:
        words, stdin = (
            [*words, "--project", "SANDBOXxPROJECTxKEY001"],
            (home / "key.txt").read_text(),
        )
    if "--plan" in words:
        plan = midakit.good("plan", "experiments", "--json").json
        words[words.index("--plan") + 1] = plan["id"]
    if "OTHER_PROJECT_KEY" in words:
        words[words.index("OTHER_PROJECT_KEY")] = OTHER
    if "KEY" in words:
        words[words.index("KEY")] = "SANDBOXxPROJECTxKEY001"
    if words[1:3] in (["ld", "import"], ["import", "launchdarkly"]):
        words = ["small" if word == "my-project" else word for word in words]
        words = [word for word in words if word not in ("checkout-clicks", "signup")]
    done = midakit(*words[1:], stdin=stdin)
    if out:
        (home / out.replace("~/", "")).write_text(done.out)
    return done


def test_python_m_midakit_is_the_command(home):
    """For whoever has no script on the path."""
    done = subprocess.run(
        [sys.executable, "-m", "midakit", "--version"], env=environment(), capture_output=True,
        text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.stdout.strip() == __version__


def test_help_and_version_start_fast():
    """Nothing heavy is imported, and the work is a fraction of what importing the heavy parts takes."""
    for words in (["--version"], ["--help"], ["result", "--help"]):
        seen = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "midakit.cli", *words],
            capture_output=True, text=True, check=True, timeout=600,
        ).stderr  # fmt: skip
        loaded = {line.rpartition("|")[2].strip() for line in seen.splitlines()}
        heavy = {
            "httpx",
            "httpcore",
            "anyio",
            "msgspec",
            "duckdb",
            "pyarrow",
            "numpy",
            "matplotlib",
        }
        assert not loaded & {*heavy, "yaml", "keyring", "rich.markdown", "pygments", "asyncio"}
        if words == ["--version"]:
            assert not loaded & {"cyclopts", "rich", "attr", "typing"}
