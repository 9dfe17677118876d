"""The container image: linted, its command run as it is, and built where there is an engine."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
FILE = ROOT / "Dockerfile"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the image is not part of the wheel")


def instructions():
    """(word, rest) of each instruction, with continued lines joined."""
    text = re.sub(r"^#.*\n", "", FILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]


def last(word):
    return [rest for name, rest in instructions() if name == word][-1]


def environment():
    return dict(pair.split("=", 1) for pair in shlex.split(last("ENV")))


def test_hadolint_finds_nothing():
    """The linter of Dockerfiles has nothing to say."""
    tool = shutil.which("hadolint") or shutil.which(
        "hadolint", path=str(Path(sys.executable).parent)
    )
    if tool is None:
        pytest.skip("hadolint is not installed")
    done = subprocess.run([tool, FILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_it_is_small_and_has_no_rights():
    """A numbered user, a fixed base, and only what is needed is sent to the builder."""
    assert int(last("USER")) >= 10_000
    bases = {rest.split()[0] for name, rest in instructions() if name == "FROM"}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", bases.pop())
    copied = {word for name, rest in instructions() if name == "COPY" for word in rest.split()[:-1]}
    assert all((ROOT / name).exists() for name in copied)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    assert set(re.findall(r"\[([\w-]+)\]", last("RUN"))) <= set(extras)


def test_its_command_serves_and_its_health_command_agrees():
    """With the variables of the image the same words start here; healthy while it runs, not afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment(),
                 "MIDAKIT_SANDBOX_PORT": port, "MIDAKIT_SANDBOX_VISITORS": "50"}  # fmt: skip
    command = [*json.loads(last("ENTRYPOINT")), *json.loads(last("CMD"))]
    health = json.loads(last("HEALTHCHECK").split("CMD", 1)[1])
    assert command[0] == health[0] == "python"

    def healthy():
        return subprocess.run([sys.executable, *health[1:]], env=variables, check=False).returncode

    assert healthy() == 1
    process = subprocess.Popen(
        [sys.executable, *command[1:]], env=variables, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        told = json.loads(process.stdout.readline())
        assert told["url"].endswith(port)
        assert healthy() == 0
        answer = httpx.get(f"{told['url']}/__sandbox__/meta", headers={"host": "mida:4010"})
        assert answer.status_code == 200
    finally:
        process.send_signal(getattr(signal, last("STOPSIGNAL")))
        _, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")
    assert healthy() == 1


@pytest.mark.slow
def test_the_image_builds_and_answers():
    """Built by the engine of this machine, run, and asked."""
    engine = shutil.which("docker") or shutil.which("podman")
    if engine is None:
        pytest.skip("there is no container engine")
    if subprocess.run([engine, "info"], capture_output=True, check=False).returncode:
        pytest.skip(f"{engine} has no engine that runs")
    subprocess.run([engine, "build", "--tag", "midakit-sandbox-test", ROOT], check=True)
    run = [
        engine,
        "run",
        "--detach",
        "--rm",
        "--publish",
        "127.0.0.1::4010",
        "midakit-sandbox-test",
    ]
    name = subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()
    try:
        port = [engine, "port", name, "4010/tcp"]
        address = subprocess.run(port, capture_output=True, text=True, check=True).stdout.split()[0]
        transport = httpx.HTTPTransport(retries=20)
        with httpx.Client(transport=transport, base_url=f"http://{address}") as http:
            assert http.get("/__sandbox__/health").json() == {"status": "ok"}
    finally:
        subprocess.run([engine, "rm", "--force", name], check=True)
