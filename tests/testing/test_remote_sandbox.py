"""A sandbox elsewhere has the controls of one in this process."""

import httpx
import pytest

from midakit import Mida
from midakit.sandbox import Sandbox
from midakit.sandbox.errors import HttpError
from midakit.testing.remote_sandbox import RemoteSandbox
from support.answering import answering


@pytest.fixture
def remote(mida_sandbox):
    with RemoteSandbox(mida_sandbox.url) as sandbox:
        yield sandbox


def test_it_controls_what_the_local_one_controls(mida_sandbox, remote):
    """Faults, clock, requests, snapshots and reset reach the same state."""
    assert remote.project_key == mida_sandbox.project_key
    assert remote.faults("status;code=503", times=1) == mida_sandbox.faults()
    remote.clear_faults()
    assert mida_sandbox.faults() == []
    assert remote.clock(freeze="2027-01-01T00:00:00Z") == mida_sandbox.clock()
    assert remote.clock(move=60) == "2027-01-01T00:01:00.000Z"
    remote.snapshot("remote")
    remote.reset()
    assert mida_sandbox.clock() != "2027-01-01T00:01:00.000Z"
    remote.restore("remote")
    assert mida_sandbox.clock() == "2027-01-01T00:01:00.000Z"
    assert remote.snapshots() == mida_sandbox.snapshots()
    assert remote.clock(freeze=False) <= mida_sandbox.clock()


def test_a_namespace_of_it_is_reached_by_its_key(remote):
    """The server's own clients see nothing of it, and a deleted one starts anew."""
    mine = remote.namespace("mine")
    with Mida(mine.api_key, project_key=mine.project_key, base_url=mine.base_url) as mida:
        mida.experiments.stop(1001)
        assert [request["method"] for request in mine.requests()] == ["PATCH"]
        assert remote.requests() == []
        mine.delete()
        assert mida.experiments.get(1001).status == 1
    mine.delete()


def test_it_has_every_control_that_the_local_one_has():
    """Only the server's own life, and what is in its process, cannot be had from elsewhere."""
    names = {name for name in dir(Sandbox) if not name.startswith("_")}
    missing = {name for name in names if not hasattr(RemoteSandbox, name)}
    assert missing == {"start", "stop", "serves", "end_requests", "ca_file", "state"}


def test_flags_are_set_from_elsewhere(remote):
    """In a namespace too; a percent that is none is refused."""
    mine = remote.namespace("flags")
    mine.flags(on=100, off=0)
    visitor = {"key": mine.project_key, "user_id": "u"}
    assert httpx.post(f"{mine.url}/feature-flag", json=visitor).json() == ["on"]
    with pytest.raises(HttpError, match="on must be a percent from 0 to 100"):
        mine.flags(on=101)


def test_a_refusal_says_why(remote):
    """As the local one does, with the status and the sentence of the server."""
    with pytest.raises(HttpError, match="Unknown fault"):
        remote.faults("nonsense")
    with pytest.raises(HttpError, match="404"):
        remote.restore("unknown")


def test_a_server_that_is_no_sandbox_is_named() -> None:
    """The address of something else is told as that, and not as JSON that cannot be read."""
    for status, body in ((404, b"<html>"), (404, b"[]"), (200, b"welcome")):
        with (
            answering(status, body) as url,
            RemoteSandbox(url) as wrong,
            pytest.raises(HttpError, match=f"{status}: {url} does not answer as a sandbox"),
        ):
            wrong.requests()


def test_a_connection_that_the_server_closed_is_opened_again(remote):
    """A long pause between two controls is no error."""
    remote.reset()
    remote._connection.sock.shutdown(2)
    remote.reset()
    assert "RemoteSandbox http://127.0.0.1" in repr(remote)
