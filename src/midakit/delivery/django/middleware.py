"""The middleware, and the clients that it makes of the settings."""

import threading
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction  # comes with Django
from django.core.signals import setting_changed

from midakit.core.extras import need
from midakit.delivery._async.client import AsyncMidaDelivery
from midakit.delivery._sync.client import MidaDelivery
from midakit.delivery.visitor_cookie import VisitorCookie, new_visitor

_COOKIE = {"cookie": "name", "max_age": "max_age", "same_site": "same_site", "secure": "secure",
           "cookie_domain": "domain"}  # fmt: skip
_OTHERS = ("visitor_of", "may_remember")
_clients: dict[type[Any], Any] = {}
_making = threading.Lock()


def settings() -> dict[str, Any]:
    """Return the setting `MIDAKIT`; empty where there is none."""
    return dict(getattr(need("django.conf", extra="django").settings, "MIDAKIT", {}))


def delivery_of(kind: type[Any] = MidaDelivery) -> Any:
    """Return the client of this process with the options of the settings.

    Args:
        kind: `MidaDelivery`, or `AsyncMidaDelivery` for async views.

    Returns:
        The same client each time; the end of the program sends its events.

    Raises:
        ConfigurationError: There is no project key, or a setting cannot work.

    Example:
        from midakit.delivery.django import delivery_of

        def paid(order):  # outside of a request, such as in a signal
            delivery_of().event("Purchase", order.customer_id, revenue=order.total)
    """
    with _making:
        if kind not in _clients:
            own = {*_COOKIE, *_OTHERS}
            _clients[kind] = kind(**{k: v for k, v in settings().items() if k not in own})
        return _clients[kind]


def _forget_clients(*, setting: str, **_: object) -> None:
    """Let the next request make a client anew, when a test has overridden the settings of this one."""
    if setting == "MIDAKIT":
        with _making:
            _clients.clear()


setting_changed.connect(_forget_clients)


class MidaDjangoMiddleware:
    """Gives requests a view of the delivery client for their visitor, and visitors a cookie.

    Under WSGI `request.mida` is a `VisitorView`, under ASGI an `AsyncVisitorView`; template tags work
    with both.

    Args:
        get_response: What answers a request.

    Raises:
        ConfigurationError: The cookie cannot be sent.
        MissingExtra: Django is not installed.

    Example:
        # in the settings
        MIDDLEWARE = ["midakit.delivery.django.MidaDjangoMiddleware"]
        MIDAKIT = {"budget": 0.1, "cookie": "visitor"}
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response
        given = settings()
        parts = {part: given[name] for name, part in _COOKIE.items() if name in given}
        self._cookie = VisitorCookie(**parts).checked()
        self._visitor_of: Callable[[Any], Any] | None = given.get("visitor_of")
        self._may_remember: Callable[[Any], bool] | None = given.get("may_remember")
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        """Answer a request.

        Args:
            request: Django's request; it gets `mida`.
        """
        if self._is_async:
            return self._answer(request)
        new = self._begin(request, MidaDelivery)
        return self._remember(request, self._get_response(request), new=new)

    async def _answer(self, request: Any) -> Any:
        new = self._begin(request, AsyncMidaDelivery)
        return self._remember(request, await self._get_response(request), new=new)

    def _begin(self, request: Any, kind: type[Any]) -> bool:
        """Find out who asks; return whether it is a new visitor."""
        known = None if self._visitor_of is None else self._visitor_of(request)
        known = None if known == "" else known  # the user name of Django's AnonymousUser
        found = self._cookie.read(request.headers.get("Cookie")) if known is None else None
        visitor = (found or new_visitor()) if known is None else known
        request.mida = delivery_of(kind).visitor(visitor)
        return known is None and found is None

    def _remember(self, request: Any, response: Any, *, new: bool) -> Any:
        """Give a new visitor a cookie."""
        if new and (self._may_remember is None or self._may_remember(request)):
            cookie = self._cookie
            secure = request.is_secure() if cookie.secure is None else cookie.secure
            response.set_cookie(
                cookie.name,
                str(request.mida.id),
                max_age=cookie.max_age,
                domain=cookie.domain,
                secure=secure or cookie.same_site == "none",
                httponly=True,
                samesite=cookie.same_site.capitalize(),
            )
        return response
