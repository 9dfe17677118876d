"""Writes docs/reference/segments.md: every criterion with its operators and values, from the rules."""

import sys
from pathlib import Path

from midakit.mida.filters.rules import ATTRIBUTE, EVENT, MATCH, ORDER, RULES, WORDS, CriterionRule

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "segments.md"
NAMES = {"v.visitor_id": "F.visitor_id", "v.uuid": "F.uuid"}
GROUPS = {
    "match": (MATCH, "`==`, `!=`, `in_(...)`, `not_in(...)`, `contains()`, `not_contains()`"),
    "presence": (("ex", "nx"), "`exists()`, `missing()`"),
    "order": (ORDER, "`>`, `>=`, `<`, `<=`"),
    "attribute": (ATTRIBUTE, "`>`, `>=`, `<`, `<=`, `is_true()`, `is_false()`, and day counts"),
}
"""Operators that come together: their signs in the API, and how they are written in Python."""

HEAD = """# Segments

Generated from the rules that check expressions. How to use them:
[Segments and fan-outs](../how-to/segments.md). Examples on this page begin with this:

```python
from midakit import E, F, Mida
from midakit.mida.filters import SegmentSyntaxError, parse_segment

mida = Mida()
```

Operators come in groups:

{groups}

Day counts compare a date with today: `days_gt(7)` means more than seven days ago. There are also `days_gte`,
`days_lt` and `days_lte`.

## F: filter visitors

| Field | Operators | Values |
|---|---|---|
"""
EVENTS = """
## E: filter events

`E.attr("revenue") > 100` compares one key of the event's metadata. It takes {operators}.

## Combinations

`&` is and, `|` is or, `~` is not, in any nesting. Use parentheses, because in Python `&` binds tighter than `==`.
The API takes an AND of ORs. An expression that needs more than 512 groups in that form is refused. `~` is refused
where the API has no opposite: for `is_true()`, `is_false()`, day counts, and the order of attributes, which may be
missing.

On the command line, segments are text: `device == desktop & country in (US, CA)`.

::: midakit.mida.filters
    options:
      members: [Filter, EventFilter, F, E, parse_segment, SegmentSyntaxError]
"""


def page() -> str:
    """Return the whole page."""
    rows = [
        f"| `{field(name, rule)}` | {operators(rule.operators)} | {values(name, rule)} |"
        for name, rule in RULES.items()
    ]
    groups = "\n".join(f"- *{name}*: {written}" for name, (_, written) in GROUPS.items())
    signs = tuple("==" if sign == "=" else sign for sign in EVENT)
    events = EVENTS.format(operators=operators(signs).replace(", order", " and order"))
    return HEAD.format(groups=groups) + "\n".join(rows) + "\n" + events


def field(name: str, rule: CriterionRule) -> str:
    """Return a criterion as it is written in code.

    Args:
        name: Name of the criterion.
        rule: What it takes.
    """
    return NAMES.get(name, f"F.{name}") + ('("key")' if rule.key else "")


def operators(signs: tuple[str, ...]) -> str:
    """Return the groups that make up some operators.

    Args:
        signs: The operators; none may be left over.

    Raises:
        ValueError: No choice of groups has exactly these operators.
    """
    found = [name for name, (group, _) in GROUPS.items() if set(group) <= set(signs)]
    if {sign for name in found for sign in GROUPS[name][0]} != set(signs):
        raise ValueError(f"no group has all of {signs}")
    return ", ".join(found)


def values(name: str, rule: CriterionRule) -> str:
    """Return what a criterion is compared with.

    Args:
        name: Name of the criterion.
        rule: What it takes.
    """
    if name in WORDS:
        return ", ".join(f"`{word}`" for word in WORDS[name])
    if rule.high is not None:
        return f"{rule.low} to {rule.high}"
    if name == "country":
        return "two capital letters"
    if name.startswith("v."):
        return "1 to 80 of A-Z a-z 0-9 _ -"
    if set(ATTRIBUTE) <= set(rule.operators):
        return "text, a number, true or false; days for the day counts"
    return "text"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the rules say")
    PAGE.write_text(page())
