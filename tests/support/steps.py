"""Which steps of a run tests kill it at: some of every kind, or all of them.

A step is of a kind, such as a PUT of an entry of the log: what changes from run to run in a name is left
out. Steps of one kind differ by their place among the others: the first, one in the middle and the last
of a kind stand for all. Where several forms of one thing are tried, all but one have one place of each
kind. `nox -s soak` tries every step.
"""

import re
from collections import Counter

VARYING = re.compile(r"[0-9a-f]{8}(?=\.tmp)|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|\d+")
"""Ids, hashes and numbers of a name"""


def kind_of(name):
    """A name without what differs from run to run."""
    return VARYING.sub("#", name)


def numbered(kinds):
    """Each step as its kind and how many of its kind came before it, in order."""
    seen = Counter()
    found = []
    for kind in kinds:
        found.append((kind, seen[kind]))
        seen[kind] += 1
    return found


def of_each_kind(kinds):
    """The first, the middle and the last step of each kind, in order."""
    counts = Counter(kinds)
    return [
        (kind, nth)
        for kind, nth in numbered(kinds)
        if nth in (0, counts[kind] // 2, counts[kind] - 1)
    ]


def once_of_each_kind(kinds):
    """The middle step of each kind, in order."""
    counts = Counter(kinds)
    return [(kind, nth) for kind, nth in numbered(kinds) if nth == counts[kind] // 2]
