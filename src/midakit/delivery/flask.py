"""Flask extension: every request knows its visitor, as `g.mida`, and templates do, as `mida`.

from midakit.delivery.flask import MidaFlask

app = Flask(__name__)
MidaFlask(app, MidaDelivery("PROJECT_KEY"))
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from midakit.core.extras import need
from midakit.delivery._sync.client import MidaDelivery
from midakit.delivery.visitor_cookie import SameSite, VisitorCookie, new_visitor

if TYPE_CHECKING:
    from midakit.delivery._sync.visitor import VisitorView


class MidaFlask:
    """Gives requests a view of the delivery client for their visitor, and visitors a cookie.

    Args:
        app: The application; None when it is given to `init_app` later.
        delivery: The client; when left out, one with the settings of the environment.
        visitor_of: Returns the id of a visitor whom the application knows, or None. Without it, and for
            visitors whom it does not know, the cookie says who it is.
        may_remember: Says whether a new visitor may get a cookie, for example only after consent.
        cookie: Name of the cookie.
        max_age: Seconds that the cookie lasts.
        same_site: Which requests of other sites bring the cookie: `lax`, `strict` or `none`.
        secure: Whether the cookie is sent over https only; when left out, where the page was.
        cookie_domain: The domain whose hosts share the cookie; when left out, the host of the page.

    Raises:
        ConfigurationError: The cookie cannot be sent, or there is no project key.

    Example:
        from flask import Flask, g
        from midakit.delivery import MidaDelivery
        from midakit.delivery.flask import MidaFlask

        app = Flask("shop")
        MidaFlask(app, MidaDelivery())

        @app.get("/")
        def home():
            return g.mida.variant("homepage-headline")
    """

    def __init__(
        self,
        app: Any = None,
        delivery: MidaDelivery | None = None,
        *,
        visitor_of: Callable[[], str | int | None] | None = None,
        may_remember: Callable[[], bool] | None = None,
        cookie: str = "mida_visitor",
        max_age: int = 365 * 86_400,
        same_site: SameSite = "lax",
        secure: bool | None = None,
        cookie_domain: str | None = None,
    ) -> None:
        self._flask = need("flask", extra="flask")
        self.delivery = MidaDelivery() if delivery is None else delivery
        """The client of all requests."""
        self._visitor_of = visitor_of
        self._may_remember = may_remember
        self._cookie = VisitorCookie(cookie, max_age, same_site, secure, cookie_domain).checked()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Any) -> None:
        """Add the extension to an application.

        Args:
            app: A `Flask`.

        Example:
            from flask import Flask
            from midakit.delivery.flask import MidaFlask

            mida = MidaFlask()

            def create_app():
                app = Flask("shop")
                mida.init_app(app)
                return app

            print(create_app().extensions["mida"].delivery.project_key)
        """
        app.extensions["mida"] = self
        app.before_request(self._begin)
        app.after_request(self._remember)
        app.context_processor(self._in_templates)

    def _in_templates(self) -> dict[str, "VisitorView | None"]:
        """Return what templates know, also where another function has answered before `_begin`."""
        flask = self._flask
        if flask.has_request_context() and "mida" not in flask.g:
            self._begin()
        return {"mida": flask.g.get("mida")}

    def _begin(self) -> None:
        """Find out who asks."""
        flask = self._flask
        known = None if self._visitor_of is None else self._visitor_of()
        known = None if known == "" else known
        found = self._cookie.read(flask.request.headers.get("Cookie")) if known is None else None
        flask.g.mida_is_new = known is None and found is None
        visitor: str | int = (found or new_visitor()) if known is None else known
        view: VisitorView = self.delivery.visitor(visitor)
        flask.g.mida = view

    def _remember(self, response: Any) -> Any:
        """Give a new visitor a cookie."""
        flask = self._flask
        allowed = self._may_remember is None or self._may_remember()
        if flask.g.get("mida_is_new") and allowed:
            visitor = str(flask.g.mida.id)
            header = self._cookie.header(visitor, https=flask.request.is_secure)
            response.headers.add("Set-Cookie", header)
        return response
