"""Django: every request knows its visitor, as `request.mida`, in views of both kinds and in templates.

    # settings.py
    MIDAKIT = {"project_key": "PROJECT_KEY"}
    MIDDLEWARE = [..., "midakit.delivery.django.MidaDjangoMiddleware"]
    TEMPLATES = [{..., "OPTIONS": {"libraries": {"mida": "midakit.delivery.django.tags"}, ...}}]

    # a view
    variant = request.mida.variant("homepage-headline")

    {% load mida %}{% variant "homepage-headline" as headline %}

`MIDAKIT` holds options of the delivery client, and `cookie`, `max_age`, `same_site`, `secure`,
`cookie_domain`, `visitor_of` and `may_remember` as they are told at `MidaDjangoMiddleware`.
"""

from midakit.delivery.django.middleware import MidaDjangoMiddleware as MidaDjangoMiddleware
from midakit.delivery.django.middleware import delivery_of as delivery_of

__all__ = ["MidaDjangoMiddleware", "delivery_of"]
