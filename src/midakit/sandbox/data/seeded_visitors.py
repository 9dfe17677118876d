"""The made-up visitors as columns: who they are, where they came from, what is known of them."""

import hashlib
from collections.abc import Sequence
from functools import partial

import numpy as np

from midakit.sandbox.data.draws import Draws, pick
from midakit.sandbox.data.truth import project_key
from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.tables import Cells

_COUNTRIES = {
    "US": 35, "GB": 10, "DE": 8, "CA": 7, "IN": 7, "BR": 6, "FR": 5, "JP": 4, "AU": 4, "MX": 3,
    "ZA": 3, "AE": 3, "": 5,
}  # fmt: skip
_PLACES = {"US": "California", "GB": "England", "DE": "Bavaria", "CA": "Ontario"}
_CITIES = {"US": "San Francisco", "GB": "London", "DE": "Munich", "CA": "Toronto"}
_DEVICES = {"mobile": 55, "desktop": 38, "tablet": 7}
_BROWSERS = {"chrome": 50, "safari": 25, "edge_chromium": 9, "firefox": 8, "samsung": 5, "other": 3}
_SOURCES = {"direct": 30, "search": 25, "paid": 15, "social": 12, "referral": 10, "email": 8}
_PAGES = {"/": 40, "/pricing": 20, "/products/42": 20, "/blog/ab-testing": 15, "/lp/spring": 5}
_CAMPAIGNS = {"spring-sale": 50, "brand": 30, "retarget_7": 20}
_PLANS = {"free": 50, "pro": 25, "enterprise": 10, "": 15}
_AGENTS = {
    "windows": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/126.0",
    "macos": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1",
    "linux": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/127.0",
    "ios": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Mobile/15E148",
    "android": "Mozilla/5.0 (Linux; Android 14; SM-S918B) Chrome/126.0 Mobile",
}
_REFERRERS = {"search": "https://www.google.com/", "social": "https://t.co/x1",
              "referral": "https://news.example.org/post?id=9"}  # fmt: skip
_DAY = 86_400_000_000
SITE = "https://shop.example.com"


def seeded_visitors(draws: Draws, created: Array, project: Array) -> dict[str, Cells]:
    """Return the visitors.

    Args:
        draws: The random columns.
        created: When each visitor's record was made, in microseconds; the first has id 1.
        project: The place of each visitor's project.

    Returns:
        The columns of the table, by id.
    """
    size = len(created)
    ids = np.arange(1, size + 1)
    country, device, browser, source, page, campaign = (
        pick(draws.uniform(name, size), weights)
        for name, weights in (("country", _COUNTRIES), ("device", _DEVICES),
                              ("browser", _BROWSERS), ("source", _SOURCES), ("page", _PAGES),
                              ("campaign", _CAMPAIGNS))
    )  # fmt: skip
    system, ref = _system(draws.uniform("os", size), device), draws.uniform("ref", size)
    referrer = np.where(ref < 0.10, 1, np.where(ref < 0.16, 2, 0))
    paid, mailed = (source == list(_SOURCES).index(word) for word in ("paid", "email"))
    utm = np.where(paid | mailed, campaign + 1, 0)
    known = draws.uniform("known", size) < 0.25
    return {
        "visitor_id": ids,
        "created_at": created,
        "project_key": _words(project, [*map(project_key, range(int(project.max(initial=0)) + 1))]),
        "uuid": (ids.astype("int32"), _uuids(draws.seed, size)),
        "ext_id": _some(known, [f"user_{n}" for n in ids[known].tolist()]),
        "email": _some(known, [f"user_{n}@example.com" for n in ids[known].tolist()]),
        "device": _words(device, list(_DEVICES)),
        "browser": _words(browser, list(_BROWSERS)),
        "os": _words(system, list(_AGENTS)),
        "user_agent": _words(system, list(_AGENTS.values())),
        "country": _words(country, list(_COUNTRIES)),
        "region": _words(country, [_PLACES.get(word, "") for word in _COUNTRIES]),
        "city": _words(country, [_CITIES.get(word, "") for word in _COUNTRIES]),
        "landing_page": _landing_pages(page, utm, referrer),
        "ref_page": _referring_pages(source),
        "source": _words(source, list(_SOURCES)),
        "utm_source": (np.where(utm == 0, 0, np.where(paid, 1, 2)), ["google", "newsletter"]),
        "utm_medium": (np.where(utm == 0, 0, np.where(paid, 1, 2)), ["cpc", "email"]),
        "utm_campaign": (utm, list(_CAMPAIGNS)),
        "utm_content": ((utm == 2).astype("int32"), ["footer"]),
        "utm_term": ((utm == 1).astype("int32"), ["shoes"]),
        "query": _queries(ids, referrer, paid),
        "attributes": _attributes(draws, created),
    }


def _system(chance: Array, device: Array) -> Array:
    """Return the operating system of each visitor, as a place among the user agents."""
    desktop = np.where(chance < 0.65, 0, np.where(chance < 0.92, 1, 2))
    return np.where(device == 1, desktop, np.where(chance < 0.5, 3, 4))


def _uuids(seed: int, size: int) -> list[str]:
    """Return Mida's ids of the visitors, in their order."""
    md5, start = partial(hashlib.md5, usedforsecurity=False), b"%d-" % seed
    return [md5(start + b"%d" % number).hexdigest()[:12] for number in range(1, size + 1)]


def _words(places: Array, words: Sequence[str]) -> Cells:
    """Return places of words as a column; an empty word is a missing one."""
    present = list(dict.fromkeys(filter(None, words)))
    numbers = np.array([present.index(word) + 1 if word else 0 for word in words], "int32")
    return numbers[places], present


def _some(present: Array, words: list[str]) -> Cells:
    """Return words of those who have one, each a word of its own."""
    return np.where(present, np.cumsum(present), 0).astype("int32"), words


def _landing_pages(page: Array, utm: Array, referrer: Array) -> Cells:
    """Return the address of the first page, with the campaign or the referrer in its query."""
    ends = [f"?utm_campaign={word}" for word in _CAMPAIGNS] + ["?ref=aff", "?ref=partner"]
    tail = np.where(utm > 0, utm, np.where(referrer > 0, referrer + len(_CAMPAIGNS), 0))
    words = [f"{SITE}{path}{end}" for path in _PAGES for end in ["", *ends]]
    return (page * (len(ends) + 1) + tail + 1).astype("int32"), words


def _referring_pages(source: Array) -> Cells:
    """Return the page that a visitor came from; an empty text where there is none."""
    words = ["", *_REFERRERS.values()]
    numbers = [words.index(_REFERRERS.get(word, "")) + 1 for word in _SOURCES]
    return np.array(numbers, "int32")[source], words


def _queries(ids: Array, referrer: Array, paid: Array) -> Cells:
    """Return the query of the first page as JSON; a visitor from an advert has a click id."""
    refs = ("null", '"aff"', '"partner"')
    plain = [f'{{"ref":{ref},"gclid":null}}' for ref in refs]
    clicked = [
        f'{{"ref":{refs[ref]},"gclid":"Cj{number}"}}'
        for number, ref in zip(ids[paid].tolist(), referrer[paid].tolist(), strict=True)
    ]
    numbers = np.where(paid, np.cumsum(paid) + len(plain), referrer + 1)
    return numbers.astype("int32"), [*plain, *clicked]


def _attributes(draws: Draws, created: Array) -> Cells:
    """Return what is known of visitors as JSON; each distinct combination is written once."""
    size = len(created)
    plan = pick(draws.uniform("plan", size), _PLANS)
    chance = draws.uniform("seats", size)
    seats = np.where(chance < 0.6, 1 + (chance * 50).astype("int64"), 0)
    vip = draws.uniform("vip", size) < 0.1
    chance = draws.uniform("signup", size)
    days = created // _DAY - (chance * 200).astype("int64")
    first = int(days.min(initial=0))
    signup = np.where(chance < 0.5, days - first + 1, 0)
    combined = ((signup * len(_PLANS) + plan) * 32 + seats) * 2 + vip
    distinct, numbers = np.unique(combined, return_inverse=True)
    plans = [f'"{word}"' if word else "null" for word in _PLANS]
    words = []
    for code in distinct.tolist():
        rest, is_vip = divmod(code, 2)
        rest, count = divmod(rest, 32)
        day, place = divmod(rest, len(_PLANS))
        date = f'"{np.datetime64(day - 1 + first, "D")}"' if day else "null"
        words.append(
            f'{{"plan":{plans[place]},"seats":{count or "null"},'
            f'"vip":{"true" if is_vip else "false"},"signup_date":{date}}}'
        )
    return (numbers + 1).astype("int32"), words
