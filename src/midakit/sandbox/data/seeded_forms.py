"""Seeded experiments that show a form: of each kind, draft, stopped, and concluded.

They come after those of known truth (`truth.py`), count events that are there anyway, and so change
no figure of any other experiment.
"""

from dataclasses import dataclass, field
from typing import Any

_SHOP = "https://shop.example.com"


@dataclass(frozen=True, slots=True)
class Form:
    """One seeded experiment of a form; `share` of the visitors enter it, up to its end."""

    test_id: int
    name: str
    test_type: str
    goal: int
    share: float
    variants: tuple[dict[str, Any], ...]
    settings: dict[str, Any] = field(default_factory=dict)


FORMS = (
    Form(1007, "Trust badges in the cart", "abtest", 201, 0.30,
         ({"nickname": "Badges"},),
         {"status": 0, "is_completed": 1, "end_date": "2026-05-10T00:00:00.000Z",
          "updated_at": "2026-05-10T00:00:00.000Z"}),
    Form(1008, "Pricing on a page of its own", "split", 101, 0.25,
         ({"nickname": "New page", "data": [{"url": f"{_SHOP}/pricing-b", "relay_param": True}]},),
         {"status": 0, "url": f"{_SHOP}/pricing"}),
    Form(1009, "Headline and picture", "mvt", 102, 0.20,
         ({"nickname": "Headline", "layer": "headline"}, {"nickname": "Picture", "layer": "picture"},
          {"nickname": "Both", "layer": "headline, picture"}),
         {"status": 0, "distribution": {"0": 25, "1": 25, "2": 25, "3": 25}}),
    Form(1010, "Greeting by country", "personalization", 101, 0.0,
         ({"nickname": "Germany", "targeting": {"allowed_country": [
             {"code": "DE", "rule": "whitelist"}]}},
          {"nickname": "Returning", "targeting": {"visitor_type": "returning"}}),
         {"status": 9}),
)  # fmt: skip
