"""Adding to an exclusion group sends the whole membership, so it has to be known."""

import pytest

from midakit import AsyncMida, InvalidRequest
from support.bad_server import BadServer, message

pytestmark = pytest.mark.anyio


def say(*args):
    return lambda sock, server: sock.sendall(message(*args))


def listing(**group):
    return say(200, {"success": True, "groups": [{"id": 7, "name": "A", **group}]})


def client(server):
    return AsyncMida(api_key="k", project_key="p", base_url=server.url, retry=1)


@pytest.mark.parametrize(
    "group", [{}, {"tests": None}, {"tests": "odd"}, {"tests": [{"test_id": 1}, "odd"]}]
)
async def test_members_that_cannot_be_read_are_not_dropped(group):
    """A listing without readable members is no empty group: nothing is sent."""
    with BadServer({"exclusion-groups": listing(**group)}) as server:
        async with client(server) as mida:
            with pytest.raises(InvalidRequest, match="members could not be read"):
                await mida.exclusion_groups.add_tests(7, [3])
        assert [head.split()[0] for head in server.heads] == ["GET"]


async def test_an_empty_group_gets_its_first_members():
    """An empty list is the truth."""
    reply = say(200, {"success": True, "group_id": 7, "tests": [{"test_id": 3}]})
    with BadServer({"exclusion-groups": listing(tests=[]), "7": reply}) as server:
        async with client(server) as mida:
            assert (await mida.exclusion_groups.add_tests(7, [3, 4])).tests[0].test_id == 3
    assert [head.split()[0] for head in server.heads] == ["GET", "PATCH"]
