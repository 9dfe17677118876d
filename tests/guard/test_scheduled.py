"""The timer of systemd and the job of GitHub Actions that the page shows do what it says."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator
from yaml import safe_load

from support.pages import ROOT, blocks
from support.ports import free_port

PAGE = ROOT / "docs/how-to/guard.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the wheel")
PROGRAM = """
from apprise.plugins.base import NotifyBase
from midakit.cli import main

NotifyBase.request_rate_per_sec = 0  # apprise spares other people's servers: 5.5 s a mail
raise SystemExit(main())
"""


def shown(name):
    """Return a file that the page shows."""
    (block,) = [one for one in blocks(PAGE) if one.file == name]
    return block.text


class Box:
    """A mailbox on a real SMTP server."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def box():
    """A mailbox, with the address that apprise takes."""
    box, port = Box(), free_port()
    box.address = f"mailto://127.0.0.1:{port}/?from=a@example.com&to=b@example.com&mode=insecure"
    controller = Controller(box, hostname="127.0.0.1", port=port, server_hostname="localhost")
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def environment(tmp_path, options, box):
    """What a scheduler's process finds: the command on its path, and the settings."""
    program = tmp_path / "bin" / "midakit"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{PROGRAM}")
    program.chmod(0o755)
    settings = {f"MIDA_{name.upper()}": value for name, value in options.items()}
    return {
        **os.environ, **settings, "NOTIFY": box.address,
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip


def placed(tmp_path, environment):
    """Write the units as an administrator would, with the places of this machine; returns the service."""
    (tmp_path / "guard.env").write_text(
        "".join(f'{name}="{environment[name]}"\n' for name in environment if name[:4] == "MIDA")
    )
    for name in ("mida-guard.service", "mida-guard.timer"):
        text = shown(name)
        text = text.replace("/usr/local/bin/midakit", f"{tmp_path}/bin/midakit")
        (tmp_path / name).write_text(text.replace("/etc/mida-guard.env", f"{tmp_path}/guard.env"))
    return tmp_path / "mida-guard.service"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path, environment):
    service = placed(tmp_path, environment)
    done = subprocess.run(
        ["systemd-analyze", "verify", service, tmp_path / "mida-guard.timer"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    about = [line for line in done.stderr.splitlines() if "mida-guard" in line]
    assert (done.returncode, about) == (0, []), done.stderr


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what apprise imports
def test_the_command_of_the_service_tells_by_mail_once(tmp_path, environment, box):
    service = ConfigParser(interpolation=None)
    service.optionxform = str
    service.read(placed(tmp_path, environment))
    (tmp_path / "mida-guard").mkdir()  # StateDirectory
    line = service["Service"]["ExecStart"].replace("%S", str(tmp_path))
    words = [word.replace("${NOTIFY}", environment["NOTIFY"]) for word in shlex.split(line)]

    def hourly():
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    done = hourly()
    assert done.returncode == 0, done.stderr
    bodies = [mail.get_payload(decode=True) or mail.as_bytes() for mail in box.mails]
    assert len(bodies) == len(set(bodies)) >= 5
    hourly()
    assert len(box.mails) == len(bodies)
    assert json.loads((tmp_path / "mida-guard" / "guard.json").read_text())["waiting"] == []


class Runner:
    """Runs the steps of a job as GitHub does: after a failure only those with `always()`."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment
        self.caches = {}

    def job(self, job, number):
        """Run a job in an empty folder; returns whether it is green."""
        work = self.folder / f"job {number}"
        work.mkdir()
        green = True
        for step in job["steps"]:
            if green or step.get("if") == "always()":
                done = self._step(step, work, number)
                green = green and done
        return green

    def _step(self, step, work, number):
        file = work / step.get("with", {}).get("path", "")
        match step.get("uses"):
            case "actions/cache/restore@v4":
                assert step["with"]["restore-keys"] == "guard-"
                if self.caches:
                    file.write_bytes(list(self.caches.values())[-1])
            case "actions/cache/save@v4":
                self.caches[number] = file.read_bytes()
            case None:
                return self._run(step["run"], work)
        return True

    def _run(self, line, work):
        if line.startswith("pip install"):
            return True
        done = subprocess.run(
            ["bash", "-e", "-c", line], cwd=work, env=self.environment, check=False,
            capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        return done.returncode == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_red_job_of_github_remembers_what_it_has_told(tmp_path, environment, box):
    workflow = safe_load(shown(".github/workflows/guard.yml"))
    runner = Runner(tmp_path, environment)
    assert runner.job(workflow["jobs"]["guard"], 1) is False  # something needs attention
    told = len(box.mails)
    assert told >= 5
    assert runner.job(workflow["jobs"]["guard"], 2) is False
    assert len(box.mails) == told


def test_github_takes_the_workflow():
    schema = get_builtin_schema("vendor.github-workflows")
    workflow = safe_load(shown(".github/workflows/guard.yml"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads `on` as a truth value
    assert list(Draft7Validator(schema).iter_errors(workflow)) == []
