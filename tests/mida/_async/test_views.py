"""Views of one client: other options, one pool; and where `region="auto"` leads."""

import pytest

from midakit import (
    AsyncMida,
    ConfigurationError,
    DeadlineExceeded,
    DecodeError,
    RateLimited,
    ServerError,
    Unauthorized,
)
from midakit.core.wire.messages import Response
from midakit.mida import regions
from midakit.sandbox import Sandbox

pytestmark = pytest.mark.anyio


async def test_a_view_has_other_options_and_the_same_connections(sandbox, options):
    """A project or a deadline of its own costs no new pool and no new limiter."""
    async with AsyncMida(**options) as mida:
        other = await mida.projects.create("other.example")
        view = mida.project(other.project_key)
        assert (await view.projects.get()).project_key == other.project_key
        assert (await mida.projects.get()).project_key == options["project_key"]
        assert view.limits is mida.limits
        sandbox.faults("latency;ms=2000", path="/result$")
        with pytest.raises(DeadlineExceeded):
            await mida.with_options(deadline=0.2).experiments.result(1001)


async def test_strictness_is_an_option_of_a_view(sandbox, options):
    """For CI: the same answer is an error when unknown fields are not to be kept."""
    sandbox.faults("unknown;fields=1", path="/result$")
    async with AsyncMida(**options) as mida:
        assert (await mida.experiments.result(1001)).extra
        with pytest.raises(DecodeError):
            await mida.with_options(on_unknown="error").experiments.result(1001)


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, ServerError)])
async def test_an_hour_that_the_server_asks_for_is_in_the_error(sandbox, options, status, kind):
    """It is not waited for, and whoever reads a log of errors sees why there was no second attempt."""
    sandbox.faults(f"status;code={status};retry_after=3600", path="/1001$")
    async with AsyncMida(**options) as mida:
        with pytest.raises(kind, match=r"the server asks to wait 3600\.0 s") as caught:
            await mida.experiments.get(1001)
    assert caught.value.retry_after == 3600
    assert len(caught.value.attempts) == 1


class Closing:
    """A transport whose client is closed, perhaps in another task, while the first answer is under way."""

    def __init__(self):
        self.client = None
        self.sent = 0

    async def send(self, request):
        self.sent += 1
        await self.client.aclose()
        return Response(503, (), b"")

    async def aclose(self):
        pass


async def test_a_client_that_is_closed_sends_no_repeat():
    """The call that was under way ends with what its attempt brought."""
    transport = Closing()
    transport.client = AsyncMida("key", project_key="p", region="us", transport=transport)
    with pytest.raises(ServerError):
        await transport.client.experiments.get(1001)
    assert transport.sent == 1


class Known:
    """A transport of the application: one region knows the key; after it was closed it cannot send."""

    def __init__(self, region):
        self.host = regions.BASE_URLS[region].split("/")[2]
        self.closed = 0

    async def send(self, request):
        assert not self.closed
        return Response(200 if request.origin.host == self.host else 401, (), b'{"success": true}')

    async def aclose(self):
        self.closed += 1


@pytest.mark.parametrize("region", [regions.Region.US, regions.Region.EU])
async def test_region_auto_asks_through_the_applications_transport(region):
    """It is still open for the calls that follow, and closed once, with the client."""
    transport, heard = Known(region), []
    async with AsyncMida("key", project_key="p", region="auto", transport=transport) as mida:
        mida.hooks.on_answer(lambda event: heard.append(event.call.operation))
        assert await mida.account.members() is not None
        assert transport.closed == 0
    assert (transport.closed, heard) == (1, ["list_team_members"])


class SendOnly:
    """The least that a transport of the application may be."""

    async def send(self, request):
        return Response(200, (), b'{"success": true}')


async def test_a_transport_that_can_only_send_has_nothing_to_close():
    """`transport=` asks for an object with `send`, and leaving the client asks for no more."""
    async with AsyncMida("key", project_key="p", region="us", transport=SendOnly()) as mida:
        assert await mida.account.members() is not None


async def test_an_option_that_belongs_to_the_pool_is_refused(options):
    """A view shares its connections, so it cannot have another host."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(ConfigurationError, match="base_url"):
            mida.with_options(base_url="https://elsewhere.example")


@pytest.fixture(scope="module")
def continents():
    """Two servers that know one key each."""
    with Sandbox(api_key="us-key", visitors=50) as us, Sandbox(api_key="eu-key", visitors=50) as eu:
        yield {regions.Region.US: us, regions.Region.EU: eu}


@pytest.fixture
def automatic(continents, monkeypatch):
    """The two servers behind the two regions."""
    for region, sandbox in continents.items():
        sandbox.reset()
        monkeypatch.setitem(regions.BASE_URLS, region, sandbox.base_url)
    return continents


@pytest.mark.parametrize("region", [regions.Region.US, regions.Region.EU])
async def test_region_auto_asks_both_once_and_remembers(automatic, region):
    """The region that knows the key gets the calls, of every view; each was asked who we are once."""
    home = automatic[region]
    async with AsyncMida(home.api_key, project_key=home.project_key, region="auto") as mida:
        await mida.experiments.get(1001)
        await mida.with_options(timeout=5).experiments.get(1002)
    asked = {
        place: [request["path"].rsplit("/", 1)[1] for request in sandbox.requests()]
        for place, sandbox in automatic.items()
    }
    assert asked.pop(region) == ["my-access", "1001", "1002"]
    assert list(asked.values()) == [["my-access"]]


async def test_region_auto_lives_with_a_region_that_is_down(automatic, monkeypatch):
    """A dead region is no reason to fail while the other one knows the key."""
    monkeypatch.setitem(regions.BASE_URLS, regions.Region.US, "http://127.0.0.1:9/v2")
    home = automatic[regions.Region.EU]
    async with AsyncMida(
        "eu-key", project_key=home.project_key, region="auto", retry=1, timeout=2
    ) as mida:
        assert (await mida.experiments.get(1001)).test_id == 1001


async def test_region_auto_says_what_each_region_answered(automatic):
    """Nobody knows the key: both refusals are told, the key is not."""
    with pytest.raises(ConfigurationError, match=r"us: .*eu: ") as caught:
        async with AsyncMida("nobodys-key", project_key="p", region="auto") as mida:
            await mida.experiments.get(1001)
    assert "nobodys-key" not in str(caught.value)


async def test_a_key_of_the_wrong_region_is_told_so(automatic):
    """401 says to check the region."""
    home = automatic[regions.Region.EU]
    async with AsyncMida("us-key", project_key="p", base_url=home.base_url) as mida:
        with pytest.raises(Unauthorized, match="region"):
            await mida.experiments.get(1001)
