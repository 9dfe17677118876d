"""What prints the local variables of a traceback never shows the key."""

import faulthandler
import io
import socket
import subprocess
import sys
import tempfile
import threading
import traceback

import anyio
import pytest

import midakit
from midakit import AsyncMida, Mida
from midakit.core.call import Call
from support.bad_server import BadServer, message
from support.forms import FORMS, KEY, call, caught, certified, talk
from support.hostile import BEHAVIOURS, half_close, then_close

SERVED = {
    **BEHAVIOURS,
    "refused": then_close(message(401, {"error": "no"})),
    "no-json": then_close(message(200, b"<html>")),
    "damaged": then_close(message(200, b"not packed", "Content-Encoding: gzip")),
    "odd-coding": then_close(message(200, b"x", "Content-Encoding: rot13")),
    "garbage": half_close(b"\x00\x01 nonsense\r\n\r\n"),
}
FAILURES = {
    "silent": midakit.Timeout, "drip-body": midakit.Timeout,
    "reset-at-once": midakit.TransportError, "reset-body": midakit.TransportError,
    "second-answer": midakit.TransportError, "garbage": midakit.TransportError, "damaged": midakit.TransportError,
    "odd-coding": midakit.TransportError, "a-gigabyte": midakit.BodyTooLarge,
    "refused": midakit.Unauthorized, "no-json": midakit.DecodeError,
    "nowhere": midakit.ConnectionFailed, "early-answer": midakit.APIError,
}  # fmt: skip


class Nowhere:
    """Where nobody listens."""

    url = "http://127.0.0.1:9"


@pytest.fixture(params=FORMS, ids=str)
def form(request):
    return request.param


@pytest.fixture(scope="module")
def servers():
    with BadServer(SERVED) as plain, BadServer(SERVED, certified()[0]) as secured:
        yield {False: plain, True: secured}


@pytest.fixture
def server(request, servers):
    return servers[request.node.callspec.params["form"].is_secured]


def chain(error):
    """An error, its causes and contexts, shown or not."""
    seen, todo = [], [error]
    while todo:
        one = todo.pop()
        if one is not None and one not in seen:
            seen.append(one)
            todo += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
    return seen


def frames(error):
    for one in chain(error):
        for frame, _ in traceback.walk_tb(one.__traceback__):
            yield frame


def shown_by_sentry(error):
    """The event as it would be sent, from a client with Sentry's defaults and no limits."""
    import sentry_sdk

    sent = []

    class Kept(sentry_sdk.transport.Transport):
        def capture_envelope(self, envelope):
            sent.append(envelope.serialize().decode())

    client = sentry_sdk.Client(
        "https://public@sentry.invalid/1", transport=Kept, default_integrations=False,
        auto_enabling_integrations=False, max_value_length=10**6,
    )  # fmt: skip
    event, hint = sentry_sdk.utils.event_from_exception(error, client_options=client.options)
    client.capture_event(event, hint)
    client.close()
    assert "midakit" in sent[0]
    return sent[0]


def shown_by_rich(error):
    import rich.console
    import rich.traceback

    out = io.StringIO()
    found = rich.traceback.Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=None,
        locals_max_length=None, locals_hide_dunder=False, width=400,
    )  # fmt: skip
    rich.console.Console(file=out, width=400).print(found)
    return out.getvalue()


def shown_by_traceback(error):
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


def check(error, *tools):
    """Look for the key in every local variable, and in what tools show of an error."""
    assert next(frames(error))
    for frame in frames(error):
        for name, value in frame.f_locals.items():
            held = bytes(value) if isinstance(value, (bytearray, memoryview)) else value
            place = f"{frame.f_code.co_filename}:{frame.f_code.co_name}:{name}"
            assert KEY not in repr(held), place
            assert KEY not in repr(getattr(held, "args", "")), place
    for show in tools:
        assert KEY not in show(error), show.__name__


@pytest.mark.parametrize("name", FAILURES)
def test_no_failure_shows_the_key(form, server, name):
    """Timeouts, resets, refusals, nonsense: on every form, as a POST with a body."""
    options = {"timeout": 0.3} if FAILURES[name] is midakit.Timeout else {}
    where = Nowhere if name == "nowhere" else server
    error = caught(form, where, name, method="POST", safe=False, retry=1, **options)
    assert isinstance(error, FAILURES[name]), repr(error)
    check(error)


TOOLED = FORMS[:6] + FORMS[7:8]


@pytest.mark.parametrize(
    ("form", "name"),
    [
        pytest.param(form, name, id=f"{form}-{name}", marks=() if other else pytest.mark.soak)
        for at, form in enumerate(TOOLED)
        for other, name in zip((at % 2 == 0, at % 2 == 1), ("silent", "nowhere"), strict=True)
    ],
)
def test_no_tool_shows_the_key(form, server, name):
    """Sentry with its defaults, rich with locals, and the standard library.

    What they print is written anew for every frame, with its whole file in colors: each form meets one of the
    two failures here, and both in `soak`. All locals of both are looked at above.
    """
    where = Nowhere if name == "nowhere" else server
    error = caught(form, where, name, retry=1, timeout=0.3)
    check(error, shown_by_traceback, shown_by_rich, shown_by_sentry)


@pytest.mark.parametrize("form", [form for form in FORMS if form.is_async], ids=str)
def test_a_cancelled_call_does_not_show_the_key(form, server):
    """The error of cancelling passes through the same frames."""

    async def work(send):
        kept = []
        with anyio.move_on_after(0.2):
            try:
                await send(call("silent"))
            except BaseException as error:
                kept.append(error)
                raise
        return kept[0]

    check(talk(form, server, work))


@pytest.mark.parametrize("form", FORMS[:1] + FORMS[1:2], ids=str)
def test_a_request_that_cannot_be_sent_does_not_show_the_key(form, server):
    """A header or a path that could smuggle a line is refused beside the key."""
    odd = Call(
        operation="probe", method="GET", path="/x", answer=dict, headers=(("x-odd", "a\r\nb: c"),)
    )

    async def work(send):
        with pytest.raises(midakit.TransportError) as caught:
            await send(odd)
        return caught.value

    check(talk(form, server, work))


@pytest.mark.parametrize("form", FORMS[:8], ids=str)
def test_a_handshake_that_never_ends_does_not_show_the_key(form):
    """A server that takes connections and says nothing, where TLS was expected."""
    with socket.create_server(("127.0.0.1", 0)) as mute:

        class Server:
            url = f"https://127.0.0.1:{mute.getsockname()[1]}"

        error = caught(form, Server, "x", timeout=0.3, retry=1)
    assert type(error) is midakit.Timeout
    assert not error.sent
    check(error)


@pytest.mark.parametrize("client", [AsyncMida, Mida])
@pytest.mark.parametrize(
    "options",
    [{"region": "mars"}, {"auth": "basic"}, {"base_url": "http://example.com"}, {"timeout": -1},
     {"profile": "nobody"}, {"region": "eu", "base_url": "https://h"}],
    ids=str,
)  # fmt: skip
def test_a_client_that_cannot_be_made_does_not_show_the_key(client, options, tmp_path, monkeypatch):
    """Whether the key was an argument, a variable or in a profile."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "midakit").mkdir()
    (tmp_path / "midakit" / "profiles.toml").write_text(f'[default]\napi_key = "{KEY}"\n')
    monkeypatch.setenv("MIDA_API_KEY", KEY)

    def made(*args):
        try:
            client(*args, **options)
        except midakit.ConfigurationError as error:
            error.__traceback__ = error.__traceback__.tb_next  # ours begin below this one
            return error
        raise AssertionError("it was made")

    for args in ((), (KEY,)):
        check(made(*args))


@pytest.mark.parametrize("client", [AsyncMida, Mida])
def test_a_key_that_cannot_be_sent_is_not_shown(client):
    """The usual mistake: a line end at the end of the key."""
    try:
        client(KEY + "\n", project_key="p")
    except midakit.ConfigurationError as problem:
        error = problem
    error.__traceback__ = error.__traceback__.tb_next
    check(error)


TEST = """
import os
from midakit import Mida

def test_it():
    mida = Mida(project_key="p", base_url=os.environ["WHERE"], timeout=0.3, retry=1, transport="TRANSPORT")
    mida.experiments.get(1)
"""


@pytest.mark.parametrize("transport", ["own", "httpx"])
def test_pytest_with_locals_does_not_show_the_key(tmp_path, monkeypatch, transport):
    """`pytest -l` and `--tb=long` of an application's failing test."""
    (tmp_path / "test_it.py").write_text(TEST.replace("TRANSPORT", transport))
    monkeypatch.setenv("MIDA_API_KEY", KEY)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("WHERE", f"http://127.0.0.1:{mute.getsockname()[1]}")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-l", "-vv", "--full-trace", "-p", "no:cacheprovider",
             "-c", "/dev/null", "--rootdir", tmp_path, tmp_path],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
    assert "Timeout" in done.stdout
    assert "request    = <Request" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_faulthandler_does_not_show_the_key(servers):
    """It prints files, lines and functions while a call waits."""
    server, shown = servers[False], ""
    for timeout in (0.5, 5, 50):  # on a busy machine, the call waits later
        with (
            tempfile.TemporaryFile("w+") as out,
            Mida(KEY, project_key="p", base_url=server.url, timeout=timeout, retry=1) as client,
        ):
            timer = threading.Timer(timeout / 2, faulthandler.dump_traceback, [out])
            timer.start()
            with pytest.raises(midakit.Timeout):
                client.send(call("silent"))
            timer.join()
            out.seek(0)
            shown += out.read()
        if "exchange" in shown:
            break
    assert "exchange" in shown
    assert KEY not in shown
