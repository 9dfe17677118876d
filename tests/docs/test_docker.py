"""The images of the page about Docker: linted, and their commands run as they are, without an engine."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

import midakit
from midakit.export import verify
from support.pages import ROOT, blocks

PAGE = ROOT / "docs" / "how-to" / "docker.md"
FILES = {one.file: one.text for one in blocks(PAGE) if one.file} if PAGE.exists() else {}
IMAGES = sorted(name for name in FILES if name.endswith(".Dockerfile"))
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the wheel")


def last(image, word):
    """What stands behind the last instruction of this name, with continued lines joined."""
    lines = FILES[image].replace("\\\n", " ").splitlines()
    return [line.split(maxsplit=1)[1] for line in lines if line.startswith(f"{word} ")][-1]


@pytest.fixture
def environment(mida_sandbox, tmp_path):
    """The variables of an image, with the keys in the file and nowhere else."""
    profile = tmp_path / "secrets" / "midakit" / "profiles.toml"
    profile.parent.mkdir(parents=True)
    text = re.sub(r'api_key = ".*"', f'api_key = "{mida_sandbox.api_key}"',
                  FILES["secrets/midakit/profiles.toml"])  # fmt: skip
    text = re.sub(r'project_key = ".*"', f'project_key = "{mida_sandbox.project_key}"', text)
    profile.write_text(f'{text}base_url = "{mida_sandbox.base_url}"\n', encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MIDA_")}
    paths = [str(Path(sys.executable).parent), os.environ["PATH"]]
    return {
        **plain,
        "PATH": os.pathsep.join(paths),
        "PYTHONPATH": str(Path(midakit.__file__).parents[1]),
    }


def of_image(image, environment, folder):
    """The environment with the image's own variables; secrets lie in the test's folder."""
    given = dict(pair.split("=", 1) for pair in shlex.split(last(image, "ENV")))
    assert given["XDG_CONFIG_HOME"] == "/run/secrets"
    return {**environment, **given, "XDG_CONFIG_HOME": str(folder / "secrets")}


@pytest.mark.parametrize("image", IMAGES)
def test_hadolint_finds_nothing(image, tmp_path):
    """The linter of Dockerfiles has nothing to say."""
    tool = shutil.which("hadolint") or shutil.which(
        "hadolint", path=str(Path(sys.executable).parent)
    )
    if tool is None:
        pytest.skip("hadolint is not installed")
    (tmp_path / "Dockerfile").write_text(FILES[image], encoding="utf-8")
    done = subprocess.run(
        [tool, tmp_path / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_has_no_rights_and_no_key(image):
    """A numbered user, a fixed base, files that the page shows, and no key in a layer."""
    assert int(last(image, "USER")) >= 10_000
    assert re.fullmatch(r"python:3\.\d+-slim-\w+", last(image, "FROM"))
    copied = re.findall(r"^COPY (\S+)", FILES[image], re.MULTILINE)
    assert set(copied) <= {"requirements.txt", *FILES}
    assert "MIDA_" not in FILES[image]
    assert not re.search(r"^ARG ", FILES[image], re.MULTILINE)


def test_the_export_commits_when_it_is_stopped_and_goes_on(environment, mida_sandbox, tmp_path):
    """The image's signal ends it with 130; `--resume` completes it."""
    image = "nightly.Dockerfile"
    data = str(tmp_path / "data")
    entry = [data if one == "/data" else one for one in json.loads(last(image, "ENTRYPOINT"))]
    command = [*entry, *json.loads(last(image, "CMD"))]
    variables = of_image(image, environment, tmp_path)
    mida_sandbox.faults({"action": "hang", "path": "/experiment/1003/result$", "times": 1})
    running = subprocess.Popen(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    wait_until(lambda: any("1003/result" in one["path"] for one in mida_sandbox.requests()))
    running.send_signal(getattr(signal, last(image, "STOPSIGNAL")))
    said, _ = running.communicate(timeout=300)
    assert running.returncode == 130, said
    done = subprocess.run(
        [*entry, "--resume"],
        env=variables,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert verify(data).ok


def test_the_service_tells_its_health_and_ends_on_its_signal(environment, tmp_path):
    """Healthy while it runs, with the keys of the file, and not afterwards."""
    image = "service.Dockerfile"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    (tmp_path / "service.py").write_text(FILES["service.py"], encoding="utf-8")
    variables = of_image(image, environment, tmp_path)
    entry, health = (
        json.loads(text.replace("8000", port))
        for text in (last(image, "ENTRYPOINT"), last(image, "HEALTHCHECK").split("CMD", 1)[1])
    )

    def is_healthy():
        done = subprocess.run(health, env=variables, capture_output=True, check=False)
        return done.returncode == 0

    assert not is_healthy()
    service = subprocess.Popen(entry, env=variables, cwd=tmp_path)
    try:
        wait_until(is_healthy)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/experiments/1001/visitors") as answer:
            assert json.load(answer)["Control"] > 0
    finally:
        service.send_signal(getattr(signal, last(image, "STOPSIGNAL")))
        code = service.wait(300)
    assert code in (0, -signal.SIGTERM)  # uvicorn ends itself by the signal, after its work
    assert not is_healthy()


def wait_until(condition):
    """Look until it holds; a minute or two on a machine that has much to do."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"never: {condition}")
