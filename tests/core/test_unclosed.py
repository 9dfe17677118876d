"""A program that does not close its client ends in silence, or with a warning where warnings are on."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

SYNC = """\
from midakit import Mida
mida = Mida(transport=TRANSPORT)
print(mida.experiments.get(1001).test_id)
"""
ASYNC = """\
import asyncio
from midakit import AsyncMida
mida = AsyncMida(transport=TRANSPORT)
async def main():
    print((await mida.experiments.get(1001)).test_id)
asyncio.run(main())
"""
TRIO = """\
import trio
from midakit import AsyncMida
mida = AsyncMida(transport=TRANSPORT)
async def main():
    print((await mida.experiments.get(1001)).test_id)
trio.run(main)
"""
BULK = """\
from midakit import Mida
from midakit.mida import calls
mida = Mida(transport=TRANSPORT)
print(*{one.test_id for one in mida.gather([calls.experiments.get(1001)] * 8)})
"""
SCRIPTS = {"sync": SYNC, "async": ASYNC, "trio": TRIO, "bulk": BULK}
LATER = {"async": "asyncio.run(mida.aclose())", "trio": "trio.run(mida.aclose)"}
TWICE = {"async": "asyncio.run(main())", "trio": "trio.run(main)"}
WARNING = "a midakit client made at"


@pytest.fixture
def environment(mida_sandbox):
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return env | {
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
    }


@pytest.fixture
def run(environment, tmp_path):
    """Runs a script and returns its path and what it said on stderr."""

    def run(text, transport, *flags):
        script = tmp_path / "script.py"
        script.write_text(text.replace("TRANSPORT", repr(transport)))
        done = subprocess.run(
            [sys.executable, *flags, script],
            capture_output=True, text=True, env=environment, check=True,
        )  # fmt: skip
        assert set(done.stdout.split()) == {"1001"}
        return script, done.stderr

    return run


@pytest.mark.parametrize("transport", ["own", "httpx"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_said_at_the_end(run, name, transport):
    """As with httpx: the system closes what is open, and no traceback ends the script."""
    _, said = run(SCRIPTS[name], transport)
    assert said == ""


@pytest.mark.parametrize("transport", ["own", "httpx"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_where_warnings_are_on_it_is_said_where_the_client_was_made(run, name, transport):
    """One warning that names the line, and no traceback."""
    text = SCRIPTS[name]
    script, said = run(text, transport, "-W", "default::ResourceWarning")
    lines = text.splitlines()
    line = 1 + lines.index(next(line for line in lines if line.startswith("mida =")))
    assert said.count(WARNING) == 1
    use = "`async with` or call `aclose()`" if "Async" in text else "`with` or call `close()`"
    assert f"made at {script}:{line} was not closed; use {use}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("transport", ["own", "httpx"])
@pytest.mark.parametrize("name", LATER)
def test_connections_end_with_their_event_loop(run, name, transport):
    """A client that is used in a second loop and closed in a third leaves nothing to the collector."""
    text = f"{SCRIPTS[name]}{TWICE[name]}\n{LATER[name]}\ndel mida\nimport gc; gc.collect()\n"
    _, said = run(text, transport, "-W", "default")
    assert said == ""


WSGI = """\
from midakit import Mida
mida = Mida()
mida.experiments.get(1001)

def app(environ, start_response):
    start_response("200 OK", [])
    return [str(mida.experiments.get(1001).test_id).encode()]
"""
ASGI = """\
from midakit import AsyncMida
mida = AsyncMida()

async def app(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("no lifespan")
    found = await mida.experiments.get(1001)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(found.test_id).encode()})
"""
SERVERS = {
    "gunicorn": (WSGI, "gunicorn --preload --workers 2 --bind 127.0.0.1:PORT program:app"),
    "uvicorn": (ASGI, "uvicorn --port PORT program:app"),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="gunicorn needs fork")
@pytest.mark.parametrize("name", SERVERS)
def test_a_service_that_leaves_its_client_open_ends_in_order(environment, tmp_path, name):
    """Forked after the first call, asked by several workers, told to end: no traceback, no error."""
    text, command = SERVERS[name]
    (tmp_path / "program.py").write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (tmp_path / "said.txt").open("w+") as said:
        service = subprocess.Popen(
            [sys.executable, "-m", *command.replace("PORT", str(port)).split()],
            stdout=said, stderr=said, env=environment, cwd=tmp_path,
        )  # fmt: skip
        try:
            answers = {_asked(port, service) for _ in range(8)}
            service.send_signal(signal.SIGTERM)
            code = service.wait(60)
        finally:
            with contextlib.suppress(OSError):
                service.kill()
            service.wait()
        said.seek(0)
        text = said.read()
    assert answers == {b"1001"}, text
    assert code in (0, -signal.SIGTERM), text  # uvicorn ends itself by the signal
    assert "Traceback" not in text
    assert "Exception ignored" not in text
    assert "Warning" not in text


def _asked(port, service):
    """Ask a service, which may still be starting."""
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
                return answer.read()
        except ConnectionError:
            assert service.poll() is None, "it ended"
        except urllib.error.URLError as error:
            assert isinstance(error.reason, ConnectionRefusedError), error
            assert service.poll() is None, "it ended"
        time.sleep(0.05)
