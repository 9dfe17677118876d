"""A question that the documentation of the API leaves open, and what a server answered (pure)."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import attrs

from midakit.stats.data.moments import moments_apart

_BUSY = frozenset({408, 425, 429, 502, 503, 504})
"""Statuses that say nothing about what was asked."""


class ReadReply(NamedTuple):
    """The answer to one read: `body` is None where it was not a JSON object."""

    status: int
    body: dict[str, Any] | None
    headers: Mapping[str, str] = {}

    @property
    def ok(self) -> bool:
        """True for a 2xx with a JSON object."""
        return 200 <= self.status < 300 and self.body is not None

    def get(self, name: str) -> Any:
        """Return a field of the body; None where it is missing.

        Args:
            name: Name of the field.
        """
        return (self.body or {}).get(name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the objects of a list of the body.

        Args:
            name: Name of the field.
        """
        found = self.get(name)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


Replies = Mapping[str, ReadReply]
"""The answers by the names of the reads."""
Judgement = tuple[bool | None, str]
"""Whether the assumption holds (None: cannot be told), and what was seen, without the account's data."""


@attrs.frozen
class OpenQuestion:
    """One open question.

    Example:
        from midakit.contract.question import QUESTIONS

        for one in QUESTIONS:
            print(one.name, one.asks)
    """

    name: str
    """Short name, such as `list-count`."""
    asks: str
    """The question in words."""
    assumed: str
    """What the SDK and the sandbox assume."""
    reads: tuple[str, ...]
    """The reads whose answers decide."""
    judge: Callable[[Replies], Judgement]
    """Decides from the answers."""
    errors: bool = False
    """True where a refusal is an answer too."""


QUESTIONS: list[OpenQuestion] = []


def question(
    name: str, asks: str, assumed: str, *reads: str, errors: bool = False
) -> Callable[[Callable[..., Judgement]], Callable[..., Judgement]]:
    """Make a question of a function that takes the replies of its reads in their order.

    Args:
        name: Short name.
        asks: The question in words.
        assumed: What the SDK and the sandbox assume.
        *reads: The reads whose answers decide.
        errors: True where a refusal is an answer too.
    """

    def add(judge: Callable[..., Judgement]) -> Callable[..., Judgement]:
        def decide(replies: Replies) -> Judgement:
            return judge(*(replies[one] for one in reads))

        QUESTIONS.append(OpenQuestion(name, asks, assumed, reads, decide, errors))
        return judge

    return add


@attrs.frozen
class Answered:
    """A question with what the server answered.

    Example:
        report = await contract.check_async(mida)
        for one in report.answers:
            print(one.asks, one.seen, one.holds)
    """

    name: str
    """Short name of the question."""
    asks: str
    """The question in words."""
    assumed: str
    """What the SDK and the sandbox assume."""
    seen: str
    """What the server does, without any data of the account."""
    holds: bool | None
    """Whether the assumption holds; None where this account cannot tell."""


def answer(one: OpenQuestion, replies: Replies) -> Answered:
    """Return what the replies say about a question.

    Args:
        one: The question.
        replies: The answers by the names of the reads; those of reads that could not be made are missing.
    """
    missing = [name for name in one.reads if name not in replies]
    refused = [name for name in one.reads if name in replies and not replies[name].ok]
    if missing:
        holds, seen = None, f"not asked: this account has nothing to read for {missing[0]}"
    elif failed := [name for name in refused if not one.errors or replies[name].status in _BUSY]:
        holds, seen = None, f"not answered: {failed[0]} gave {replies[failed[0]].status}"
    else:
        try:
            holds, seen = one.judge(replies)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError):
            holds, seen = False, "the answer has another shape than the contract says"
    return Answered(one.name, one.asks, one.assumed, seen, holds)


def visitors_of(reply: ReadReply) -> int:
    """Return the visitors of all variants of a result; text and nothing count as numbers too.

    Args:
        reply: The answer of a result.
    """
    return sum(int(float(one.get("visitors") or 0)) for one in reply.rows("variants"))


def same_visitors(one: int, other: int) -> bool:
    """Tell whether two answers are about the same visitors; on a live site a few come between the two.

    Args:
        one: How many visitors, or conversions, one answer counts.
        other: How many the other counts.
    """
    return bool(one) == bool(other) and moments_apart(one, other)


def is_id(value: object) -> bool:
    """Return whether a value of a list can be asked for as an id.

    Args:
        value: The field as it came.
    """
    return str(value).isascii() and str(value).isdecimal()


def body_of(data: bytes) -> dict[str, Any] | None:
    """Return a body as an object; None where it is something else.

    Args:
        data: The bytes of the body.
    """
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
