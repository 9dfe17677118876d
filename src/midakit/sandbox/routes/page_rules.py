"""Where an experiment runs: the rules of `page_urls`. Pure."""

import re
from typing import Any

from midakit.sandbox.answers import Body
from midakit.sandbox.errors import HttpError


def normal(page_urls: list[Any] | None) -> list[Body]:
    """Every entry as a rule; a plain address is `simple`."""
    rules = [{"url": item} if isinstance(item, str) else item for item in page_urls or ()]
    return [{"rule": "simple", "allowed": True, **item} for item in rules]


def editor_page(rules: list[Body]) -> str:
    """The page editor and previews open when no `url` is given: the first plain one."""
    included = [rule for rule in rules if rule["allowed"]]
    plain = [rule for rule in included if rule["rule"] in {"simple", "exact"}]
    return str((plain or included or rules)[0]["url"])


def check(url: str, rules: list[Body]) -> None:
    """Refuse patterns that do not compile, and a page that its own rules leave out."""
    for rule in rules:
        if rule["rule"] == "regex":
            _compiled(rule["url"])
    if rules and not runs_on(url, rules):
        raise HttpError(400, "url does not match page_urls")


def runs_on(url: str, rules: list[Body]) -> bool:
    """Whether a page is in; one exclusion wins over any inclusion."""
    matching = [rule["allowed"] for rule in rules if _matches(url, rule)]
    return bool(matching) and all(matching)


def _matches(url: str, rule: Body) -> bool:
    wanted = str(rule["url"])
    match rule["rule"]:
        case "exact":
            return url == wanted
        case "contain":
            return wanted in url
        case "regex":
            # The editor's page may itself be the pattern, when nothing plain was given.
            return url == wanted or _compiled(wanted).search(url) is not None
        case _:
            return _simple(url) == _simple(wanted)


def _simple(url: str) -> str:
    return re.sub(r"^(https?://)www\.", r"\1", url.partition("#")[0], flags=re.IGNORECASE).rstrip(
        "/"
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise HttpError(400, f"page_urls: not a regular expression: {pattern[:80]}") from error
