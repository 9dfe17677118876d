"""Settings from options, variables and a file, and how the process tells that it is ready."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import fields
from pathlib import Path

import httpx
import pytest
import trustme

from midakit.sandbox import Sandbox
from midakit.sandbox.__main__ import main, parser, read_settings
from midakit.sandbox.setting_sources import PREFIX, all_settings
from midakit.sandbox.settings import ServeSettings, Settings

ROOT = Path(__file__).parents[3]
SAMPLES = {
    "host": ("::1", "::1"), "port": ("4321", 4321), "seed": ("none", None), "visitors": ("5", 5),
    "experiments": ("7", 7), "days": ("90", 90), "projects": ("3", 3),
    "import_file": ("a.jsonl", Path("a.jsonl")), "data_dir": ("d", Path("d")),
    "api_key": ("k", "k"), "access_token": ("t", "t"),
    "api_keys": ("a=P1, b=P2", {"a": "P1", "b": "P2"}), "plan": ("300", 300),
    "personalization": ("false", False), "build_seconds": ("0.5", 0.5), "fault_seed": ("9", 9),
    "ld_rate_limit": ("4", 4), "hosts": ("a.test,.b.test", ("a.test", ".b.test")),
    "origins": ("*", ("*",)), "tls": ("yes", True), "tls_cert": ("c.pem", Path("c.pem")),
    "tls_key": ("k.pem", Path("k.pem")), "ready_json": ("1", True),
    "ready_file": ("r.json", Path("r.json")), "grace": ("1.5", 1.5),
}  # fmt: skip
FLAGS = {"personalization": "--no-personalization", "tls": "--tls", "ready_json": "--ready-json"}


def read(*words, **environment):
    """Every setting that the sources give, by name."""
    groups = read_settings(parser().parse_args(["serve", *words]), environment)
    return {one.name: getattr(group, one.name) for group in groups for one in fields(group)}


def as_toml(name, text):
    """A value as somebody would write it in the file."""
    value = SAMPLES[name][1]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple):
        return json.dumps(list(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f'{key} = "{part}"' for key, part in value.items()) + "}"
    return json.dumps(text)


@pytest.mark.parametrize("one", all_settings(), ids=lambda one: one.name)
def test_every_setting_has_three_sources_that_agree(one, tmp_path):
    """Option, variable and file give the same value of the same field, and leave others alone."""
    text, value = SAMPLES[one.name]
    words = [FLAGS[one.name]] if one.name in FLAGS else [one.option, text]
    config = tmp_path / "sandbox.toml"
    config.write_text(f"{one.word} = {as_toml(one.name, text)}\n")
    usual = read()
    found = [read(*words), read(**{one.variable: text}), read("--config", str(config))]
    assert found[0] == found[1] == found[2]
    assert found[0][one.name] == value != usual[one.name]
    others = {name for name in usual if found[0][name] != usual[name]}
    assert others - {"seed"} == {one.name} - {"seed"}


def test_every_field_is_a_setting_with_words():
    """Nothing is left out of the command line, and each has its sentence."""
    names = [one.name for group in (Settings, ServeSettings) for one in fields(group)]
    assert [one.name for one in all_settings()] == names == list(SAMPLES)
    assert all(re.fullmatch(r"[A-Z0-9].*\.", one.text) for one in all_settings())


def test_options_override_variables_and_variables_the_file(tmp_path):
    """And the file the defaults; an empty variable counts as not set; the file may come by a variable."""
    config = tmp_path / "sandbox.toml"
    config.write_text("visitors = 1\ndays = 2\nprojects = 3\n")
    environment = {f"{PREFIX}CONFIG": str(config), f"{PREFIX}DAYS": "20", f"{PREFIX}PROJECTS": ""}
    found = read("--visitors", "100", **environment)
    assert (found["visitors"], found["days"], found["projects"]) == (100, 20, 3)
    assert found["port"] == 4010
    again = read(f"--config={config}", "--projects", "4", "--days", "5")
    assert (again["visitors"], again["days"], again["projects"]) == (1, 5, 4)


@pytest.mark.parametrize(
    ("words", "environment", "file", "told"),
    [
        ((), {"MIDAKIT_SANDBOX_PORT": "x"}, "", "MIDAKIT_SANDBOX_PORT: 'x' is not a whole number"),
        ((), {"MIDAKIT_SANDBOX_TLS": "perhaps"}, "", "'perhaps' is not true or false"),
        ((), {"MIDAKIT_SANDBOX_API_KEYS": "a"}, "", "'a' is not KEY=PROJECT"),
        ((), {}, "port = 70000", "port 70000 is above 65535"),
        ((), {}, "colour = 1", "sandbox.toml: colour is no setting; there are host, port"),
        ((), {}, "port = -1", "sandbox.toml: port: '-1' is not a whole number"),
        ((), {}, "port = ", "sandbox.toml: Invalid value"),
        (("--grace", "-1"), {}, "", "'-1' is not a number from 0"),
        (("--grace", "inf"), {}, "", "'inf' is not a number from 0"),
        (("--config", "nothing.toml"), {}, None, "nothing.toml"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(
    words, environment, file, told, tmp_path, monkeypatch, capsys
):
    """One line that names the variable, or the file and the key; exit code 2."""
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if file is not None:
        (tmp_path / "sandbox.toml").write_text(file + "\n")
        words = (*words, "--config", "sandbox.toml")
    with pytest.raises(SystemExit) as ended:
        main(["serve", *words])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.skipif(not (ROOT / "scripts").exists(), reason="the script is not part of the wheel")
def test_the_page_of_the_docs_is_fresh():
    """It is what the script makes of the fields."""
    script = [sys.executable, str(ROOT / "scripts/sandbox_settings_page.py"), "--check"]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# ------------------------------------------------------------------ the process


class Process:
    """`midakit sandbox serve` in a process of its own."""

    def __init__(self, *words, **environment):
        command = [
            sys.executable,
            "-m",
            "midakit.sandbox",
            "--port",
            "0",
            "--visitors",
            "50",
            *words,
        ]
        self.popen = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        )  # fmt: skip

    def __enter__(self):
        self.line = self.popen.stdout.readline()
        return self

    def __exit__(self, *_):
        self.popen.kill()
        self.end()

    def end(self, number=signal.SIGTERM):
        """Send a signal and wait; returns the exit code and what it printed meanwhile."""
        self.popen.send_signal(number)
        rest, _ = self.popen.communicate(timeout=300)
        return self.popen.returncode, rest


def test_one_line_of_json_says_that_it_is_ready(tmp_path):
    """Nothing else is printed; the file holds the same, is for its owner only, and goes at the end."""
    file = tmp_path / "ready.json"
    with Process("--ready-json", MIDAKIT_SANDBOX_READY_FILE=str(file)) as process:
        told = json.loads(process.line)
        assert told == json.loads(file.read_text())
        assert file.stat().st_mode & 0o777 == 0o600
        assert told["pid"] == process.popen.pid
        assert told["base_url"] == f"{told['url']}/v2"
        assert (told["ready"], told["ca_file"]) == (True, None)
        answer = httpx.get(
            f"{told['base_url']}/project/{told['project_keys'][0]}/experiments",
            headers={"x-api-key": told["api_key"]},
        )
        assert answer.json()["success"]
        assert process.end() == (0, "")
    assert not file.exists()


def test_a_ready_file_of_a_killed_process_is_no_ready_file(tmp_path, capsys):
    """It goes before the data are loaded, so that nobody reads an address where nothing answers."""
    file = tmp_path / "ready.json"
    with Process("--ready-file", str(file)) as process:
        process.end(signal.SIGKILL)
    assert file.exists()
    with pytest.raises(SystemExit):
        main(["serve", "--port", "0", "--import", "nothing.jsonl", "--ready-file", str(file)])
    assert not file.exists()


def test_a_process_is_set_up_by_variables_alone():
    """As a container does it: sizes, key, plan."""
    variables = {
        "EXPERIMENTS": "20",
        "PROJECTS": "3",
        "API_KEY": "from-outside",
        "READY_JSON": "true",
        "PLAN": "300",
    }
    with Process(**{PREFIX + name: value for name, value in variables.items()}) as process:
        told = json.loads(process.line)
        assert len(told["project_keys"]) == 3
        assert told["api_key"] == "from-outside"
        meta = httpx.get(f"{told['url']}/__sandbox__/meta").json()
        assert meta["options"]["plan"] == 300


def test_requests_in_flight_finish_after_a_signal():
    """SIGTERM lets a slow answer out, takes no new connection, and ends with 0."""
    with Process("--ready-json", "--grace", "600") as process:
        told = json.loads(process.line)
        found = []
        slow = {"x-sandbox-fault": "latency;ms=3000", "x-api-key": told["api_key"]}
        path = f"{told['base_url']}/project/{told['project_keys'][0]}/experiments"
        thread = threading.Thread(
            target=lambda: found.append(httpx.get(path, headers=slow, timeout=600).status_code)
        )
        thread.start()
        while not httpx.get(f"{told['url']}/__sandbox__/requests").json()["count"]:
            time.sleep(0.02)
        assert process.end() == (0, "")
        thread.join(60)
        assert found == [200]


@pytest.mark.parametrize("signals", [1, 2])
def test_the_grace_ends(signals):
    """A request that never ends is cut when the grace is over, or by a second signal."""
    grace = "0.2" if signals == 1 else "600"
    with Process("--ready-json", "--grace", grace) as process:
        told = json.loads(process.line)
        errors = []

        def hang():
            try:
                httpx.get(f"{told['base_url']}/x", headers={"x-sandbox-fault": "hang"}, timeout=600)
            except httpx.HTTPError as error:
                errors.append(error)

        thread = threading.Thread(target=hang)
        thread.start()
        while not httpx.get(f"{told['url']}/__sandbox__/requests").json()["count"]:
            time.sleep(0.02)
        if signals == 2:
            process.popen.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            assert process.popen.poll() is None
        assert process.end(signal.SIGINT)[0] == 0
        thread.join(60)
        assert len(errors) == 1


# ------------------------------------------------------------------ TLS


def trusting(file):
    return httpx.Client(verify=ssl.create_default_context(cafile=str(file)))


def test_https_with_a_certificate_of_ones_own(tmp_path):
    """The address says https, and a client that trusts the authority is answered."""
    authority = trustme.CA()
    made = authority.issue_cert("localhost", "127.0.0.1")
    made.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    for blob in made.cert_chain_pems:
        blob.write_to_path(str(tmp_path / "cert.pem"), append=True)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    given = {"tls_cert": str(tmp_path / "cert.pem"), "tls_key": tmp_path / "key.pem"}
    with Sandbox(seed=None, **given) as sandbox, trusting(tmp_path / "ca.pem") as http:
        assert sandbox.url.startswith("https://127.0.0.1:")
        assert sandbox.ca_file is None
        assert http.get(f"{sandbox.url}/__sandbox__/health").json() == {"status": "ok"}
        document = http.get(f"{sandbox.url}/openapi.json").json()
        assert document["servers"][0]["url"] == sandbox.base_url
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{sandbox.url}/__sandbox__/health")
        with pytest.raises(httpx.HTTPError):  # a fault that cuts the connection cuts it here too
            http.get(f"{sandbox.base_url}/x", headers={"x-sandbox-fault": "reset"})


def test_https_with_a_certificate_made_for_the_run():
    """`tls=True` needs no file; the authority lies in a folder of its own, which goes at the end."""
    with Sandbox(seed=None, tls=True, hosts=("sandbox.test",)) as sandbox:
        with trusting(sandbox.ca_file) as http:
            for name in ("127.0.0.1", "localhost"):
                url = sandbox.url.replace("127.0.0.1", name)
                assert http.get(f"{url}/__sandbox__/health").status_code == 200
        folder = sandbox.ca_file.parent
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


def test_our_client_over_https():
    """The process tells the file to trust, and `midakit` reaches it by SSL_CERT_FILE."""
    with Process("--tls", "--ready-json") as process:
        told = json.loads(process.line)
        done = subprocess.run(
            [sys.executable, "-m", "midakit.cli", "experiments", "list"],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "SSL_CERT_FILE": told["ca_file"],
                 "MIDA_BASE_URL": told["base_url"], "MIDA_API_KEY": told["api_key"],
                 "MIDA_PROJECT_KEY": told["project_keys"][0]},
        )  # fmt: skip
        assert "Homepage headline" in done.stdout, done.stderr
        assert process.end()[0] == 0
    assert not Path(told["ca_file"]).exists()


def test_what_is_no_certificate_is_told_in_one_line(tmp_path, capsys):
    """A missing file, a file without a certificate, a key alone."""
    (tmp_path / "empty.pem").write_text("")
    for words, told in (
        (("--tls-cert", "nothing.pem"), "cannot serve https with nothing.pem: No such file"),
        (("--tls-cert", str(tmp_path / "empty.pem")), "cannot serve https with"),
        (("--tls-key", "key.pem"), "tls_key needs tls_cert"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(["serve", "--port", "0", *words])
        assert ended.value.code == 1
        error = capsys.readouterr().err
        assert told in error
        assert error.count("\n") == 1


def test_a_made_certificate_needs_the_extra(monkeypatch):
    """Without trustme the error names the extra."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(ImportError, match=r"pip install 'midakit\[sandbox-tls\]'"):
        Sandbox(seed=None, tls=True).start()
