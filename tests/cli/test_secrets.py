"""No command shows a key: not its answer, not its errors, not its log, not its files."""

import json
import pickle

import pytest

from support.answering import answering
from support.command_reference import entries
from support.commands import process

COMMANDS = [
    *[" ".join([*entry.words[1:], "1001"]) for entry in entries() if entry.name not in (
        "midakit demo", "midakit sandbox", "midakit proxy", "midakit login", "midakit watch", "midakit logout",
        "midakit completion", "midakit report", "midakit export", "midakit ld import",
    )],
    "watch 1001 --times 1", "export out --kind goals", "ld import small --dry-run",
    "doctor --json", "profile list --csv", "profile show default --json", "calls list_goals --json",
    "result 9999", "goals list --project nope", "goals list --base-url http://127.0.0.1:9",
]  # fmt: skip


PROFILES = []
"""What a login leaves; the same each time."""


def write_private(path, data):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o600)


@pytest.mark.parametrize("line", COMMANDS)
def test_no_output_holds_a_key(line, shop, home, midakit):
    """Whatever a command prints, right or wrong, the key is not in it."""
    if not PROFILES:
        midakit.good("login", "--project", shop.project_key, stdin=shop.api_key)
        PROFILES.append((home / "config/midakit/profiles.toml").read_bytes())
    write_private(home / "config/midakit/profiles.toml", PROFILES[0])
    for words in (line.split(), [*line.split(), "--json", "--yes"]):
        done = midakit(*words)
        assert shop.api_key not in done.out + done.err
        assert shop.access_token not in done.out + done.err
    holding = [
        place
        for place in home.rglob("*")
        if place.is_file() and shop.api_key.encode() in place.read_bytes()
    ]
    assert [place.name for place in holding] in ([], ["profiles.toml"])


@pytest.mark.parametrize(
    "line",
    [
        "result 9999",
        "goals list --base-url http://127.0.0.1:9 --deadline 1",
        "doctor",
        "ld import none",
    ],
)
def test_no_traceback_and_no_log_holds_a_key(line, shop):
    """--debug logs attempts and shows tracebacks; the key stays out of both."""
    done = process(*line.split(), "--debug", MIDAKIT_LOG="debug")
    assert "DEBUG" in done.err
    assert shop.api_key not in done.out + done.err
    assert shop.access_token not in done.out + done.err


def test_a_key_that_the_server_echoes_is_scrubbed(shop, midakit):
    """Even an error message of the server's that repeats it."""
    body = json.dumps({"error": f"bad key {shop.api_key}"}).encode()
    with answering(400, body) as url:
        done = midakit("goals", "list", "--base-url", url)
    assert done.code == 1
    assert "bad key ***" in done.err
    assert shop.api_key not in done.out + done.err


def test_a_key_on_the_command_line_is_no_option(home, midakit):
    """There is no --api-key: a shell's history and the list of processes would keep it."""
    done = midakit("goals", "list", "--api-key", "k9-typed")
    assert done.code == 2
    assert "--api-key" in done.err
    assert "k9-typed" not in done.err


def test_options_carry_no_key():
    """What a command passes on can be shown and stored."""
    from midakit.cli.options import GlobalOptions

    assert "key" not in {name for name in vars(GlobalOptions()) if "api" in name}
    assert pickle.loads(pickle.dumps(GlobalOptions())) == GlobalOptions()
