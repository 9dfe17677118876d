"""Every form in which a call can be sent: a transport, a kind of client, and a way through a proxy."""

import contextlib
import os
import ssl
import tempfile
from functools import cache
from typing import NamedTuple
from unittest import mock

import anyio
import httpx
import httpx2
import trustme

from midakit import AsyncMida, Mida
from midakit.core.call import Call
from midakit.core.wire.tls import shared_context
from support.bad_server import BadServer
from support.forward_proxy import ForwardProxy

KEY = "sekret-key-123"


class Form(NamedTuple):
    """How a call is sent."""

    transport: str
    world: str
    """asyncio, trio, sync, or bulk: a blocking client's `gather`."""
    through: str = ""
    """tls; proxy: http, and the server plays the proxy; tunnel: TLS through a forward proxy."""

    @property
    def is_async(self):
        return self.world in ("asyncio", "trio")

    @property
    def is_tunnelled(self):
        return self.through == "tunnel"

    @property
    def is_secured(self):
        return self.through in ("tls", "tunnel")

    def __str__(self):
        return "-".join(filter(None, self)).replace(" ", "-")


FORMS = [
    Form("own", "asyncio"), Form("own", "sync"), Form("own", "bulk"),
    Form("own", "asyncio", "tls"), Form("own", "sync", "tls"),
    Form("httpx", "asyncio"), Form("httpx", "trio"), Form("httpx", "sync"), Form("httpx", "bulk"),
    Form("injected httpx", "asyncio"), Form("injected httpx", "trio"), Form("injected httpx", "sync"),
    Form("injected httpx2", "asyncio"), Form("injected httpx2", "sync"),
    Form("auto", "asyncio", "proxy"), Form("auto", "sync", "proxy"),
    Form("auto", "asyncio", "tunnel"), Form("auto", "trio", "tunnel"), Form("auto", "sync", "tunnel"),
]  # fmt: skip


def call(name, *, method="GET", safe=True, body=b"{}"):
    """A call to one of the behaviours of a server."""
    return Call(
        operation="probe", method=method, path=f"/project/{{project_key}}/{name}", answer=dict,
        body=body if method == "POST" else None, safe=safe,
    )  # fmt: skip


@cache
def certified():
    """TLS settings of a server, and the file of the authority that its clients must trust."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tempfile.NamedTemporaryFile(suffix=".pem")  # noqa: SIM115  # it lives as long as this value
    file.write(authority.cert_pem.bytes())
    file.flush()
    return context, file


def serving(form, behaviours):
    """A server for a form: behind TLS where the form asks for it."""
    return BadServer(behaviours, certified()[0] if form.is_secured else None)


@contextlib.contextmanager
def options_of(form, server, options):
    """The options of a client of a form, with a proxy before the server where the form has one."""
    options = {"project_key": "p", "base_url": server.url, "timeout": 10, **options}
    if form.transport in ("own", "httpx"):
        options["transport"] = form.transport
    variables = {"HTTP_PROXY": server.url, "NO_PROXY": ""} if form.through == "proxy" else {}
    with contextlib.ExitStack() as stack:
        if form.is_tunnelled:
            server.proxy = getattr(server, "proxy", None) or stack.enter_context(ForwardProxy())
            stack.callback(setattr, server, "proxy", None)
            variables = {"HTTPS_PROXY": server.proxy.url, "NO_PROXY": ""}
        if form.is_secured:
            options["base_url"] = server.url.replace("http://", "https://")
            variables["SSL_CERT_FILE"] = certified()[1].name
            shared_context.cache_clear()
            stack.callback(shared_context.cache_clear)
        with mock.patch.dict(os.environ, variables):
            yield options


def talk(form, server, work, **options):
    """Run the async function `work(send)` with a client of a form, where `send(call)` is awaited."""
    # a client that is brought only calls servers without TLS, and need not read the file of authorities
    library = httpx2 if form.transport.endswith("httpx2") else httpx
    injected = form.transport.startswith("injected")
    with options_of(form, server, options) as given:
        if form.is_async:
            return anyio.run(_async, library if injected else None, given, work, backend=form.world)
        with contextlib.ExitStack() as stack:
            if injected:
                given["http_client"] = stack.enter_context(library.Client(verify=False))
            client = stack.enter_context(Mida(KEY, **given))

            async def send(call):
                if form.world == "bulk":
                    (found,) = client.gather([call])
                    return found
                return client.send(call)

            return _finished(work(send))


async def _async(library, given, work):
    async with contextlib.AsyncExitStack() as stack:
        if library is not None:
            given["http_client"] = await stack.enter_async_context(
                library.AsyncClient(verify=False)
            )
        client = await stack.enter_async_context(AsyncMida(KEY, **given))
        return await work(client.send)


def _finished(work):
    """Run a coroutine that never really waits."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("a blocking client waited for an event loop")


def caught(form, server, name, **options):
    """Send one call and return its answer, or the error."""
    wanted = {key: options.pop(key) for key in ("method", "safe", "body") if key in options}

    async def work(send):
        try:
            return await send(call(name, **wanted))
        except Exception as error:
            return error

    return talk(form, server, work, **options)
