"""Through a company's proxy that opens TLS with a private CA: real sockets, nothing leaves loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import midakit
from midakit.sandbox import Sandbox
from support.outside import US, Outside

HERE = str(Path(midakit.__file__).parents[1])
ASYNC = """
import asyncio, json
from midakit import AsyncMida, MidakitError

async def main():
    async with AsyncMida("sandbox", project_key="SANDBOXxPROJECTxKEY001", retry=1) as mida:
        return (await mida.experiments.get(1001)).test_id

try:
    print(json.dumps(asyncio.run(main())))
except MidakitError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""
SYNC = """
import json
from midakit import Mida, MidakitError

try:
    with Mida("sandbox", project_key="SANDBOXxPROJECTxKEY001", retry=1) as mida:
        print(json.dumps(mida.experiments.get(1001).test_id))
except MidakitError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


def run(program, **environment):
    inherited = {
        name: value
        for name, value in os.environ.items()
        if "PROXY" not in name.upper() and not name.startswith(("MIDA_", "SSL_CERT"))
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=False, timeout=600,
        capture_output=True, text=True, env={**inherited, "PYTHONPATH": HERE, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture
def mida_sandbox():
    """A sandbox that answers to Mida's own host name, which the proxy leads to it."""
    with Sandbox(seed=42, visitors=200, hosts=(US,)) as sandbox:
        yield sandbox


@pytest.fixture
def company(tmp_path, mida_sandbox):
    with Outside(mida_sandbox.url) as outside:
        outside.write_ca(tmp_path / "company.pem")
        yield outside, str(tmp_path / "company.pem")


@pytest.mark.parametrize("program", [ASYNC, SYNC], ids=["async", "sync"])
def test_the_environment_is_enough(program, company):
    """HTTPS_PROXY and SSL_CERT_FILE bring the call through, host name resolved by the proxy."""
    outside, certificate = company
    found, _ = run(program, HTTPS_PROXY=outside.proxy, SSL_CERT_FILE=certificate)
    assert found == 1001
    assert outside.asked == [f"{US}:443"]


@pytest.mark.parametrize("program", [ASYNC, SYNC], ids=["async", "sync"])
def test_an_unknown_authority_is_refused(program, company, mida_sandbox):
    """Without the company's CA nothing is sent, and the error speaks of the certificate."""
    outside, _ = company
    (name, text), _ = run(program, HTTPS_PROXY=outside.proxy)
    assert name == "ConnectionFailed"
    assert "certificate" in text
    assert not [seen for seen in mida_sandbox.requests() if "experiment" in seen["path"]]


def test_a_password_of_the_proxy_is_sent_and_never_shown(tmp_path, mida_sandbox):
    """It comes from the proxy's URL; a wrong one is an error without it."""
    with Outside(mida_sandbox.url, password="hunter2secret") as outside:
        outside.write_ca(tmp_path / "company.pem")
        settings = {"SSL_CERT_FILE": str(tmp_path / "company.pem"), "MIDAKIT_LOG": "debug"}
        found, said = run(ASYNC, HTTPS_PROXY=outside.proxy, **settings)
        assert found == 1001
        assert "hunter2secret" not in said
        wrong = outside.proxy.replace("hunter2secret", "wrongsecret")
        (name, text), said = run(ASYNC, HTTPS_PROXY=wrong, **settings)
    assert name == "ConnectionFailed"
    assert "407" in text
    assert "wrongsecret" not in text + said


def test_no_proxy_goes_around_it(company, mida_sandbox):
    """A host named in NO_PROXY is reached directly, here a sandbox on loopback."""
    outside, _ = company
    settings = {"HTTP_PROXY": outside.proxy, "HTTPS_PROXY": outside.proxy, "NO_PROXY": "127.0.0.1"}
    found, _ = run(ASYNC, MIDA_BASE_URL=mida_sandbox.base_url, **settings)
    assert found == 1001
    assert outside.asked == []
