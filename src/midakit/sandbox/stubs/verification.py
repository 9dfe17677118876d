"""Whether something was asked, how often and with what; a refusal says what was nearest. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.request_log import RequestLog, SeenRequest
from midakit.sandbox.stubs.request_match import RequestMatch, SentRequest, parse_match
from midakit.sandbox.values import Body

_SHOWN = 20
_COUNTS = ("times", "at_least", "at_most")


@dataclass(frozen=True, slots=True)
class ExpectedCount:
    """How often something should have been asked."""

    at_least: int = 1
    at_most: int | None = None

    def __str__(self) -> str:
        if self.at_least == self.at_most:
            return _requests(self.at_least)
        most = "" if self.at_most is None else f"at most {_requests(self.at_most)}"
        least = f"at least {_requests(self.at_least)}" if self.at_least or not most else ""
        return " and ".join(filter(None, (least, most)))


def check_asked(given: Body, log: RequestLog) -> Body:
    """Check how often something was asked.

    Args:
        given: `request`, which requests are meant, and `times`, or `at_least` and `at_most`.
        log: The requests that were seen.

    Returns:
        `verified`, `count`, `requests` and `message`.

    Raises:
        HttpError: 400, the request is not one, or the numbers do not go together.
    """
    numbers = {name: given[name] for name in _COUNTS if given.get(name) is not None}
    if any(number < 0 for number in numbers.values()):
        raise HttpError(400, "times, at_least and at_most must be 0 or more")
    if "times" in numbers and len(numbers) > 1:
        raise HttpError(400, "Give times, or at_least and at_most")
    times = numbers.get("times")
    least = numbers.get("at_least", 0 if "at_most" in numbers else 1)
    expected = (
        ExpectedCount(least, numbers.get("at_most"))
        if times is None
        else ExpectedCount(times, times)
    )
    return verify(parse_match(given.get("request", {})), expected, log.entries(), log.forgotten)


def verify(
    match: RequestMatch, expected: ExpectedCount, seen: Sequence[SeenRequest], forgotten: int = 0
) -> Body:
    """Check how often something was asked.

    Args:
        match: What is meant.
        expected: How often it should have been asked.
        seen: The requests that are known, oldest first.
        forgotten: How many older ones are not known any more.

    Returns:
        `verified`, the `count`, the latest of the `requests`, and a `message` for people.
    """
    compared = [(one, match.differences(sent_by(one))) for one in seen]
    found = [one for one, differences in compared if not differences]
    enough = len(found) >= expected.at_least
    verified = enough and (expected.at_most is None or len(found) <= expected.at_most)
    lines = [f"{match}: expected {expected}, came {len(found)}"]
    if unknown := sum(match.may_match(sent_by(one)) for one in seen if one.cut):
        lines.append(f"  {_requests(unknown)} more may match: the end of a long body is not kept")
    if not verified and forgotten:
        lines.append(f"  {forgotten} older requests are forgotten; only the latest are kept")
    if not enough:
        others = [(one, differences) for one, differences in compared if differences]
        lines += _nearest(others) or ["  no request was seen at all" if not seen else ""]
    return {
        "verified": verified,
        "count": len(found),
        "message": "\n".join(filter(None, lines)),
        "requests": [one.as_json() for one in found[-_SHOWN:]],
    }


def _nearest(others: Sequence[tuple[SeenRequest, list[str]]]) -> list[str]:
    """Describe the request with the fewest differences, the latest of equal ones."""
    if not others:
        return []
    one, differences = min(reversed(others), key=lambda pair: len(pair[1]))
    target = one.path + (f"?{one.query}" if one.query else "")
    return [
        f"  nearest: {one.method} {target} (number {one.number})",
        *(f"    - {line}" for line in differences),
    ]


def sent_by(one: SeenRequest) -> SentRequest:
    """Return a request of the log as it can be matched.

    Args:
        one: The request.

    Returns:
        What its client has sent.
    """
    return SentRequest(one.method, one.path, one.query, one.received, cut=one.cut)


def _requests(count: int) -> str:
    """Return a number of requests in words."""
    return f"{count} request" if count == 1 else f"{count} requests"
