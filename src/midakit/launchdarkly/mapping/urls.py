"""LaunchDarkly's URL matchers -> Mida's pageview goals (pure).

Any of the matchers is enough in LaunchDarkly. Exact compares the whole address, canonical leaves out
query and hash, both allow one more slash at the end; substring and regex look at the address without
its query.
What Mida's regex is matched against is not documented, so the patterns made here give the same
answer on a whole address, on host and path, and on the path alone.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from midakit.launchdarkly.parts import UrlMatcher

FIELDS = {"exact": "url", "canonical": "url", "substring": "substring", "regex": "pattern"}


class Page(NamedTuple):
    """A matcher that says what to match."""

    kind: str
    value: str


def usable(matchers: Iterable[UrlMatcher]) -> list[Page]:
    """Return the matchers of a known kind that say what to match.

    Args:
        matchers: The URL matchers of a metric.
    """
    return [
        Page(one.kind, value)
        for one in matchers
        if one.kind in FIELDS and (value := getattr(one, FIELDS[one.kind]))
    ]


def pageview(matchers: Sequence[UrlMatcher]) -> tuple[dict[str, str] | None, list[str]]:
    """Return the goal of a pageview metric.

    Args:
        matchers: The URL matchers of the metric.

    Returns:
        `goal_type` and `goal_value`, or None when nothing can be matched; and warnings.
    """
    pages = usable(matchers)
    unknown = [f"unknown_url_kind:{one.kind}" for one in matchers if one.kind not in FIELDS]
    if not pages:
        return None, [*unknown, "no_urls"]
    goal_type, value, warnings = _one(pages[0]) if len(pages) == 1 else _merged(pages)
    return {"goal_type": goal_type, "goal_value": value}, unknown + warnings


def _one(page: Page) -> tuple[str, str, list[str]]:
    match page.kind:
        case "exact":
            return "pageviewExact", page.value, ["trailing_slash_tolerance_lost"]
        case "canonical":
            return "pageviewRegex", pattern(page), ["canonical_as_regex"]
        case "substring":
            return "pageview", page.value, []
        case _:
            return "pageviewRegex", page.value, ["regex_subject_differs"]


def _merged(pages: Sequence[Page]) -> tuple[str, str, list[str]]:
    """Return one goal for all pages: several goals would count a visitor more than once."""
    warnings = ["urls_merged_to_regex"]
    if any(page.kind == "regex" for page in pages):
        warnings.append("regex_subject_differs")
    return "pageviewRegex", "|".join(map(pattern, pages)), warnings


def pattern(page: Page) -> str:
    """Return a page as a regular expression.

    Args:
        page: The page that a matcher describes.
    """
    match page.kind:
        case "regex":
            return f"(?:{page.value})"
        case "substring":
            return f"^[^?]*{escaped(page.value)}"
        case "canonical":
            return f"^{_address(page.value)}/?(?:[?#].*)?$"
        case _:
            return f"^{_address(page.value)}/?$"


def _address(url: str) -> str:
    """Return an address as a pattern in which scheme and host are optional."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return escaped(url)
    if not parts.scheme or not parts.netloc:
        return escaped(url)
    rest = url[url.index(parts.netloc) + len(parts.netloc) :]
    return f"(?:(?:{parts.scheme}:)?(?://)?{escaped(parts.netloc)})?{escaped(rest)}"


def escaped(text: str) -> str:
    """Return a text as a pattern that Python and JavaScript read alike; `re.escape` does too much.

    Args:
        text: The text to match literally.
    """
    return re.sub(r"[\\^$.|?*+()\[\]{}]", r"\\\g<0>", text)
