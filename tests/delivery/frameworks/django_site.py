"""A Django site in one file: `python django_site.py URL PROJECT` serves it by WSGI, with `asgi` by ASGI.

It prints its address.
"""

import asyncio
import sys

import django
from django.conf import settings
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import path

URL, PROJECT, KIND = sys.argv[1:4]
KEY = "homepage-headline"

settings.configure(
    SECRET_KEY="a test",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["midakit.delivery.django.MidaDjangoMiddleware"],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"libraries": {"mida": "midakit.delivery.django.tags"}},
        }
    ],
    MIDAKIT={
        "project_key": PROJECT,
        "base_url": URL,
        "budget": 30,
        "visitor_of": lambda request: request.headers.get("X-User"),
        "may_remember": lambda request: "X-No-Consent" not in request.headers,
    },
)
django.setup()
PAGE = Template(
    "{% load mida %}{% variant key as headline %}{% flag 'dark-mode' as dark %}"
    "{{ headline }}|{{ dark }}"
)


def home(request):
    name = request.mida.variant(KEY)
    shown = PAGE.render(RequestContext(request, {"key": KEY}))
    return HttpResponse(f"{request.mida.id}|{name}|{shown}")


def buy(request):
    return HttpResponse(str(request.mida.event("checkout_started")))


async def async_home(request):
    name = await request.mida.variant(KEY)
    shown = PAGE.render(RequestContext(request, {"key": KEY}))
    return HttpResponse(f"{request.mida.id}|{name}|{shown}")


async def async_buy(request):
    return HttpResponse(str(await request.mida.event("checkout_started")))


views = (async_home, async_buy) if KIND == "asgi" else (home, buy)
urlpatterns = [path("", views[0]), path("buy", views[1])]


def main():
    if KIND == "wsgi":
        import wsgiref.simple_server

        from django.core.wsgi import get_wsgi_application

        server = wsgiref.simple_server.make_server("127.0.0.1", 0, get_wsgi_application())
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
    else:
        import socket

        import uvicorn
        from django.core.asgi import get_asgi_application

        listener = socket.create_server(("127.0.0.1", 0))
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(get_asgi_application(), log_level="warning", lifespan="off")
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
