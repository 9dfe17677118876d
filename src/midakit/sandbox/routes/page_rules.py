"""The pages that an experiment runs on: the rules of `page_urls`. Pure."""

import re
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.patterns import compile_pattern
from midakit.sandbox.values import Body


def normalize_rules(page_urls: list[Any] | None) -> list[Body]:
    """Return every entry as a rule.

    Args:
        page_urls: What was sent; a plain address is a `simple` rule.

    Returns:
        The rules, defaults included.
    """
    rules = [{"url": item} if isinstance(item, str) else item for item in page_urls or ()]
    return [{"rule": "simple", "allowed": True, **item} for item in rules]


def default_page(rules: list[Body]) -> str:
    """Return the page for the editor and previews when no `url` is given: the first plain one.

    Args:
        rules: The rules; at least one.

    Returns:
        The address.
    """
    included = [rule for rule in rules if rule["allowed"]]
    plain = [rule for rule in included if rule["rule"] in {"simple", "exact"}]
    return str((plain or included or rules)[0]["url"])


def check_rules(url: str, rules: list[Body]) -> None:
    """Refuse patterns that do not compile, and a page that its own rules leave out.

    Args:
        url: The page of the experiment.
        rules: The targeting rules of the experiment's pages, with `url`, `rule` and `allowed`.

    Raises:
        HttpError: 400, a rule is wrong, or the page is left out.
    """
    for rule in rules:
        if rule["rule"] == "regex":
            _compiled(rule["url"])
    if rules and not _runs_on(url, rules):
        raise HttpError(400, "url does not match page_urls")


def _runs_on(url: str, rules: list[Body]) -> bool:
    """Return whether a page is in; one exclusion wins over any inclusion."""
    matching = [rule["allowed"] for rule in rules if _matches(url, rule)]
    return bool(matching) and all(matching)


def _matches(url: str, rule: Body) -> bool:
    """Return whether a rule is about a page."""
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
    """Return an address without www, fragment and last slash."""
    bare = re.sub(r"^(https?://)www\.", r"\1", url.partition("#")[0], flags=re.IGNORECASE)
    return bare.rstrip("/")


def _compiled(pattern: str) -> Any:
    """Compile the pattern of a rule."""
    try:
        return compile_pattern(pattern)
    except ValueError as error:
        raise HttpError(
            400, f"page_urls: not a regular expression (RE2): {pattern[:80]}: {error}"[:300]
        ) from error
