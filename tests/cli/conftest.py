"""A shop to run commands against: a sandbox whose key is a secret worth looking for."""

import keyring
import pytest
from keyring.backends import fail

from midakit.sandbox import Sandbox
from support.commands import Midakit

KEY = "k9xQ-secret-V7wZ-of-the-shop"
TOKEN = "t4pL-secret-X2nB-of-the-metrics"


@pytest.fixture(scope="session")
def shop_server():
    """The session's server."""
    with Sandbox(seed=42, visitors=1_500, api_key=KEY, access_token=TOKEN) as sandbox:
        yield sandbox


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, without settings, keyring, colors or proxies."""
    for name in (
        "MIDA_API_KEY",
        "MIDA_PROJECT_KEY",
        "MIDA_BASE_URL",
        "MIDA_REGION",
        "MIDA_PROFILE",
    ):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(keyring.core, "_keyring_backend", fail.Keyring())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(shop_server, home, monkeypatch):
    """The server in its first state, and the environment that leads to it."""
    shop_server.reset()
    monkeypatch.setenv("MIDA_API_KEY", KEY)
    monkeypatch.setenv("MIDA_PROJECT_KEY", shop_server.project_key)
    monkeypatch.setenv("MIDA_BASE_URL", shop_server.base_url)
    monkeypatch.setenv("LAUNCHDARKLY_ACCESS_TOKEN", shop_server.access_token)
    monkeypatch.setenv("LAUNCHDARKLY_BASE_URL", shop_server.url)
    return shop_server


@pytest.fixture
def midakit(monkeypatch, capsys):
    """Runs commands in this process."""
    return Midakit(monkeypatch, capsys)
