"""The Flask extension, over a socket."""

import httpx
import pytest

from midakit.delivery import MidaDelivery
from support.visitor_app import KEY, wsgi_server

flask = pytest.importorskip("flask")
from midakit.delivery.flask import MidaFlask  # noqa: E402 -- after the check


def make_app(delivery, **options):
    app = flask.Flask(__name__)
    MidaFlask(app, delivery, **options)

    @app.get("/")
    def home():
        page = (
            "{{ mida.id }} {% if mida.variant(key) == 'Variant 1' %}new{% else %}old{% endif %}"
            " {{ mida.is_enabled('dark-mode') }}"
        )
        return flask.render_template_string(page, key=KEY)

    @app.get("/buy")
    def buy():
        return str(flask.g.mida.event("checkout_started"))

    return app


def test_a_visitor_is_known_again_and_templates_know_the_variant(sandbox, options):
    """The cookie, the variant in a template, and the event of the same visitor."""
    with MidaDelivery(**options) as delivery, wsgi_server(make_app(delivery)) as url:
        with httpx.Client(timeout=60) as browser:
            first = browser.get(url)
            visitor, page, dark = first.text.split(" ")
            assert browser.cookies["mida_visitor"] == visitor
            expected = {"Control": "old", "Variant 1": "new"}[delivery.variant(KEY, visitor)]
            assert (page, dark) == (expected, "True")
            assert browser.get(url).text == first.text
            assert "set-cookie" not in browser.get(url).headers
            assert browser.get(f"{url}/buy").text == "True"
        assert httpx.get(url, timeout=60).text.split(" ")[0] != visitor
    sent = [one for one in sandbox.requests() if one["path"] == "/experiment/event"]
    assert visitor in sent[0]["body"]


def test_who_is_logged_in_needs_no_cookie(options):
    """`visitor_of` names the visitor, `may_remember` holds the cookie back."""
    with MidaDelivery(**options) as delivery:
        app = make_app(
            delivery,
            visitor_of=lambda: flask.request.headers.get("X-User"),
            may_remember=lambda: "X-Consent" in flask.request.headers,
        )
        with wsgi_server(app) as url:
            known = httpx.get(url, headers={"x-user": "user-42"}, timeout=60)
            assert known.text.startswith("user-42 ")
            assert "set-cookie" not in known.headers
            assert "set-cookie" not in httpx.get(url, timeout=60).headers
            assert "set-cookie" in httpx.get(url, headers={"x-consent": "1"}, timeout=60).headers


def test_templates_know_the_visitor_also_when_another_function_has_answered() -> None:
    """A guard that is older than the extension refuses the request, and the page of the error is shown."""
    with MidaDelivery("any", overrides={KEY: "Variant 1"}) as delivery:
        app = flask.Flask(__name__)
        app.before_request(lambda: flask.abort(403))
        MidaFlask(app, delivery)
        page = "{{ mida.variant(key) }}"
        app.register_error_handler(
            403, lambda error: (flask.render_template_string(page, key=KEY), 403)
        )
        answer = app.test_client().get("/")
    assert (answer.status_code, answer.text) == (403, "Variant 1")
    assert "mida_visitor=" in answer.headers["set-cookie"]


def test_an_empty_name_is_a_visitor_whom_the_application_does_not_know() -> None:
    """Many frameworks give visitors who are not logged in an empty name: they have a cookie too."""
    with MidaDelivery("any", overrides={KEY: "Variant 1"}) as delivery:
        app = make_app(delivery, visitor_of=lambda: "")
        app.add_url_rule("/id", view_func=lambda: str(flask.g.mida.id))
        answer = app.test_client().get("/id")
    assert answer.text != ""
    assert f"mida_visitor={answer.text};" in answer.headers["set-cookie"]


def test_it_can_be_added_later(monkeypatch, options):
    """The factory pattern; the client's settings come from the environment."""
    monkeypatch.setenv("MIDA_PROJECT_KEY", options["project_key"])
    monkeypatch.setenv("MIDA_DELIVERY_URL", options["base_url"])
    extension = MidaFlask()
    app = flask.Flask(__name__)
    extension.init_app(app)
    app.get("/")(lambda: str(flask.g.mida.id))
    assert app.extensions["mida"] is extension
    assert app.test_client().get("/").status_code == 200
    extension.delivery.close()
