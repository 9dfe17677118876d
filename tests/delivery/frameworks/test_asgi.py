"""The ASGI middleware under FastAPI, Starlette and none, over a socket."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from midakit import ConfigurationError
from midakit.delivery import AsyncMidaDelivery, EventCounts
from midakit.delivery.asgi import MidaMiddleware
from midakit.sandbox import Sandbox
from support.visitor_app import KEY, asgi_server


def fastapi_app(delivery, **options):
    from fastapi import FastAPI, Request
    from fastapi.responses import PlainTextResponse

    app = FastAPI()
    app.add_middleware(MidaMiddleware, delivery=delivery, **options)

    @app.get("/")
    async def home(request: Request):
        mida = request.state.mida
        text = f"{mida.id}|{await mida.variant(KEY)}|{await mida.is_enabled('dark-mode')}"
        return PlainTextResponse(text)

    @app.get("/buy")
    async def buy(request: Request):
        return await request.state.mida.event("checkout_started", revenue=5)

    return app


def starlette_app(delivery, **options):
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def home(request):
        mida = request.state.mida
        text = f"{mida.id}|{await mida.variant(KEY)}|{await mida.is_enabled('dark-mode')}"
        return PlainTextResponse(text)

    async def buy(request):
        await request.state.mida.event("checkout_started", revenue=5)
        return PlainTextResponse("ok")

    return Starlette(
        routes=[Route("/", home), Route("/buy", buy)],
        middleware=[Middleware(MidaMiddleware, delivery=delivery, **options)],
    )


def bare_app(delivery, **options):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            for step in ("startup", "shutdown"):
                assert (await receive())["type"] == f"lifespan.{step}"
                await send({"type": f"lifespan.{step}.complete"})
            return
        mida = scope["state"]["mida"]
        if scope["path"] == "/buy":
            await mida.event("checkout_started", revenue=5)
        text = f"{mida.id}|{await mida.variant(KEY)}|{await mida.is_enabled('dark-mode')}"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text.encode()})

    return MidaMiddleware(app, delivery, **options)


@pytest.fixture(params=[fastapi_app, starlette_app, bare_app])
def make_app(request):
    return request.param


def events(sandbox):
    return sandbox.state.visits.list_events(limit=1000, event_text="checkout_started")


def test_a_visitor_is_known_again_by_a_cookie(make_app, sandbox, options):
    """The first page sets a cookie; the next ones have the same visitor and variant, and set none."""
    before = len(events(sandbox))
    entered = len(sandbox.state.visits.assignments)
    with (
        asgi_server(make_app(AsyncMidaDelivery(**options))) as url,
        httpx.Client(timeout=60) as browser,
    ):
        first = browser.get(url)
        visitor, name, dark = first.text.split("|")
        assert browser.cookies["mida_visitor"] == visitor
        assert "HttpOnly" in first.headers["set-cookie"]
        assert name in ("Control", "Variant 1")
        assert dark == "True"
        again = browser.get(url)
        assert again.text == first.text
        assert "set-cookie" not in again.headers
        browser.get(f"{url}/buy")
    # the end of the application has sent the event, and the visitor entered once
    assert len(events(sandbox)) == before + 1
    assert len(sandbox.state.visits.assignments) == entered + 1


@pytest.mark.anyio
async def test_an_application_may_begin_again(make_app, sandbox, options):
    """Tests of services begin one application many times: each time it answers and sends its events."""
    delivery = AsyncMidaDelivery(**options)
    app, before = make_app(delivery), len(events(sandbox))
    for _ in range(2):
        await lifespan(app, during=delivery.event, name="checkout_started")
    assert len(events(sandbox)) == before + 2
    assert delivery.stats.events == EventCounts(accepted=2, sent=2)
    await delivery.aclose()
    with pytest.raises(ConfigurationError, match="is closed"):
        await delivery.preload()


@pytest.mark.anyio
async def test_applications_that_share_a_client_may_begin_one_after_the_other(
    make_app: Callable[[AsyncMidaDelivery], Any], sandbox: Sandbox, options: dict[str, Any]
) -> None:
    """A factory makes a new application for each test, around the one client of the service."""
    delivery, before = AsyncMidaDelivery(**options), len(events(sandbox))
    for _ in range(2):
        await lifespan(make_app(delivery), during=delivery.event, name="checkout_started")
    assert len(events(sandbox)) == before + 2
    await delivery.aclose()
    with pytest.raises((ConfigurationError, AssertionError), match="is closed"):
        await lifespan(make_app(delivery), during=delivery.event, name="checkout_started")


async def lifespan(app, during, name):
    """Begin an application, record an event, and end the application."""
    steps = iter(("startup", "shutdown"))

    async def receive():
        step = next(steps)
        if step == "shutdown":
            assert await during(name, "user-42")
        return {"type": f"lifespan.{step}"}

    async def send(message):
        assert not message["type"].endswith(".failed"), message

    await app({"type": "lifespan", "asgi": {}, "state": {}}, receive, send)


def test_two_browsers_are_two_visitors(make_app, options):
    """No visitor gets what is another's."""
    with asgi_server(make_app(AsyncMidaDelivery(**options))) as url:
        pages = [httpx.get(url, timeout=60).text.split("|")[0] for _ in range(4)]
    assert len(set(pages)) == 4


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "known"), [("", False), (None, False), (0, True), ("a", True)])
async def test_an_empty_name_is_a_visitor_whom_the_application_does_not_know(
    name: str | int | None, known: bool
) -> None:
    """Many frameworks give visitors who are not logged in an empty name: they have a cookie too."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/", "headers": []}
    async with AsyncMidaDelivery(
        "any", overrides={KEY: "Variant 1", "dark-mode": True}
    ) as delivery:
        await bare_app(delivery, visitor_of=lambda scope: name)(scope, receive, send)
    cookies = [value for key, value in sent[0]["headers"] if key == b"set-cookie"]
    assert bool(cookies) is not known
    assert sent[1]["body"].startswith(b"|") is False


def test_who_is_logged_in_needs_no_cookie(make_app, options):
    """The application knows the visitor; without consent a new visitor gets no cookie either."""
    app = make_app(
        AsyncMidaDelivery(**options),
        visitor_of=lambda scope: dict(scope["headers"]).get(b"x-user", b"").decode() or None,
        may_remember=lambda scope: b"x-consent" in dict(scope["headers"]),
    )
    with asgi_server(app) as url:
        known = httpx.get(url, headers={"x-user": "user-42"}, timeout=60)
        assert known.text.startswith("user-42|")
        assert "set-cookie" not in known.headers
        assert "set-cookie" not in httpx.get(url, timeout=60).headers
        assert "set-cookie" in httpx.get(url, headers={"x-consent": "yes"}, timeout=60).headers


def test_a_page_is_served_while_mida_hangs(make_app, sandbox, options):
    """The default, and a status of 200."""
    sandbox.faults("hang")
    delivery = AsyncMidaDelivery(**{**options, "budget": 0.05}, flush_timeout=0)
    with asgi_server(make_app(delivery)) as url:
        found = httpx.get(url, timeout=60)
        assert found.status_code == 200
        assert found.text.endswith("|Control|False")
    sandbox.clear_faults()


@pytest.mark.parametrize(
    "value", ["short", "a" * 200, "x;y", "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"]
)
def test_a_cookie_that_is_not_ours_is_replaced(options, value):
    """Nobody can choose what goes into our requests beyond an id."""
    with asgi_server(bare_app(AsyncMidaDelivery(**options))) as url:
        sent = {"cookie": f"mida_visitor={value}".encode("latin-1")}
        found = httpx.get(url, headers=sent, timeout=60)
    assert value not in found.text
    assert "set-cookie" in found.headers
