"""Variants, pages and goals of an experiment, as they are sent (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from midakit.core.checks import several
from midakit.core.models.encode import plain
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida.calls.patterns import refuse_bad_pattern

MOST_PAGES = 50
AT_LEAST_ONE_PAGE = "must be a list of at least one page"
RULES = ("simple", "exact", "contain", "regex")


def treatments(name: str, variants: Any, test_type: str | Unset = UNSET) -> list[dict[str, Any]]:
    """Fill in the names of treatments by their places, and `data: []`.

    Args:
        name: The field, for the message.
        variants: Treatments as `VariantInput` or dict; Control is never among them.
        test_type: The kind of the experiment, where it is known.

    Raises:
        InvalidRequest: There is none, or one cannot be what its place or the kind asks for.
    """
    rule = "must be a list of at least one treatment"
    found = several(name, variants, rule)
    if not found:
        raise InvalidRequest(name, rule)
    return [_treatment(plain(one), place, test_type) for place, one in enumerate(found, start=1)]


def _treatment(one: Any, place: int, test_type: Any) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise InvalidRequest("variants", f"variant {place} is neither a dict nor a VariantInput")
    wanted = f"Variant {place}"
    name = one.get("name", wanted)
    if str(name).strip().lower() in ("control", "variant 0"):
        raise InvalidRequest("variants", "must not contain Control; pass its code as `control`")
    if name != wanted:
        raise InvalidRequest(
            "variants",
            f"the name of number {place} is {wanted!r}, not {name!r}; a label goes to nickname",
        )
    if "targeting" in one and test_type not in (UNSET, "personalization"):
        raise InvalidRequest("variants", "targeting of a variant needs test_type 'personalization'")
    data = one.get("data", [])
    if not isinstance(data, list):
        raise InvalidRequest("variants", f"data of {wanted} is not a list")
    if test_type == "split" and not (data and isinstance(data[0], dict) and data[0].get("url")):
        raise InvalidRequest(
            "variants", f"{wanted} of a split test needs {{'url': ...}} as data[0]"
        )
    return {**one, "name": wanted, "data": data}


def page(name: str, url: Any) -> Any:
    """Refuse an address that is empty or a pattern.

    Args:
        name: The field, for the message.
        url: The address of one page.

    Raises:
        InvalidRequest: It is not the address of one page.
    """
    if not isinstance(url, str) or not url.strip():
        raise InvalidRequest(name, "must be the address of one page")
    if "*" in url:
        raise InvalidRequest(
            name, "must be one page without a star; for a pattern, use a regex rule in page_urls"
        )
    _simple(name, url)
    return url


def pages(page_urls: Any, url: Any) -> Any:
    """Check where an experiment runs, and that `url` is one of its pages.

    Args:
        page_urls: Addresses, or rules as `PageUrlRule` or dict; `UNSET` when left out.
        url: The page to edit; `UNSET` when left out.

    Returns:
        The rules as JSON values, or `UNSET`.

    Raises:
        InvalidRequest: Both are left out, a rule is wrong, or they do not fit each other.
    """
    if page_urls is UNSET:
        if url is UNSET:
            raise InvalidRequest("url", "give url or page_urls")
        return UNSET
    given = several("page_urls", page_urls, AT_LEAST_ONE_PAGE)
    if not given:
        raise InvalidRequest("page_urls", AT_LEAST_ONE_PAGE)
    if len(given) > MOST_PAGES:
        raise InvalidRequest("page_urls", f"{len(given)} are more than {MOST_PAGES}")
    found = [_rule(plain(one)) for one in given]
    rules = [{"url": one} if isinstance(one, str) else one for one in found]
    if not any(rule.get("allowed", True) for rule in rules):
        raise InvalidRequest("page_urls", "only excludes pages; allow at least one")
    if url is UNSET and not any(isinstance(one, str) for one in found):
        raise InvalidRequest(
            "url", "is needed: no entry of page_urls is a plain address that the editor can open"
        )
    if url is not UNSET and not may_run_on(rules, url):
        raise InvalidRequest("url", f"{url} is not a page of page_urls")
    return found


def _rule(one: Any) -> Any:
    rule = {"url": one} if isinstance(one, str) else one
    url = rule.get("url") if isinstance(rule, dict) else None
    if not isinstance(url, str) or not url.strip():
        raise InvalidRequest("page_urls", "each entry is an address or a rule with a url")
    kind = rule.get("rule", "simple")
    if kind not in RULES:
        raise InvalidRequest("page_urls", f"rule {kind!r} is not one of: {', '.join(RULES)}")
    if kind == "regex":
        refuse_bad_pattern("page_urls", url)
    elif "*" in url:
        raise InvalidRequest("page_urls", f"a star is allowed only in a regex rule: {url!r}")
    elif kind == "simple":
        _simple("page_urls", url)
    return one


def may_run_on(rules: Sequence[Mapping[str, Any]], url: str) -> bool:
    """Tell whether some rule may include a page and none takes it out.

    Args:
        rules: Rules with `url`, and perhaps `rule` and `allowed`. What a regex finds is left to the server:
            its patterns are those of browsers, and Python may look for ever for one of them.
        url: The address of the page.
    """
    hits = [(rule.get("allowed", True), _matches(rule, url)) for rule in rules]
    return any(allowed and hit is not False for allowed, hit in hits) and not any(
        hit and not allowed for allowed, hit in hits
    )


def _matches(rule: Mapping[str, Any], url: str) -> bool | None:
    """Return whether a rule is about a page; None for a regex."""
    kind, wanted = rule.get("rule", "simple"), rule["url"]
    if kind == "exact":
        return bool(wanted == url)
    if kind == "contain":
        return wanted in url
    if kind == "regex":
        return None
    return _simple("page_urls", wanted) == _simple("url", url)


def _simple(name: str, url: str) -> tuple[str, str]:
    """Return host and path: neither `www.`, nor the scheme, a last slash or the query count."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:  # brackets that do not close, or hold no IPv6 address
        raise InvalidRequest(name, f"{url!r} is not the address of a page") from None
    host = (parts.hostname or "").removeprefix("www.")
    return host, parts.path.rstrip("/")
