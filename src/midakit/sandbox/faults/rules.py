"""What a fault does, and which requests get it: the text form, the JSON form and the match. Pure.

X-Sandbox-Fault: status;code=429;retry_after=2
{"action": "reset", "args": {"at": 0.5}, "method": "GET", "path": "/result$",
 "probability": 0.1, "skip": 2, "times": 1}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.patterns import compile_pattern

ACTIONS: Mapping[str, frozenset[str]] = {
    action: frozenset(args.split())
    for action, args in {
        "latency": "ms dist median sigma low high",
        "status": "code retry_after retry_after_ms after",
        "reset": "at",
        "close": "at framing",
        "truncate": "at framing",
        "badjson": "",
        "empty": "",
        "html": "code after",
        "drip": "bytes interval",
        "hang": "after",
        "unknown": "fields enums",
        "redirect": "to code",
        "drift": "by",
    }.items()
}
"""Every action with the arguments it takes."""

_NUMBERS = frozenset(
    {"ms", "median", "sigma", "low", "high", "code", "retry_after_ms", "bytes", "interval", "by"}
)
_RETRY = re.compile(r"(date\+?)?[0-9]{0,9}(\.[0-9]{1,6})?")
_POSITIONS = frozenset({"accept", "headers"})
_COUNTS = ("probability", "skip", "times", "seen", "fired")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to do to one request."""

    action: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """Return a numeric argument.

        Args:
            name: The argument.
            default: What it is when it was left out.

        Returns:
            Its value.
        """
        return float(self.args.get(name, default))

    def flag(self, name: str) -> bool:
        """Return a yes-or-no argument.

        Args:
            name: The argument; left out it is False.

        Returns:
            Its value.
        """
        return str(self.args.get(name, False)).lower() in {"1", "true", "yes"}

    def __str__(self) -> str:
        """Return the text form."""
        return ";".join([self.action, *(f"{name}={value}" for name, value in self.args.items())])


@dataclass(slots=True)
class FaultRule:
    """A fault for the requests that match; it counts what it matched and did."""

    fault: Fault
    method: str | None = None
    path: Any = None
    """A compiled pattern, or None for every path."""

    probability: float = 1.0
    skip: int = 0
    times: int | None = None
    seen: int = 0
    fired: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Return whether the rule is about a request.

        Args:
            method: The request's method.
            path: The request's path.

        Returns:
            True when both match.
        """
        right_method = self.method is None or self.method == method
        return right_method and (self.path is None or self.path.search(path) is not None)

    def applies(self, chance: float) -> bool:
        """Count a matching request, and return whether it gets the fault.

        Args:
            chance: A random number in [0, 1).

        Returns:
            False while it skips, after its last time, and when chance spares the request.
        """
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        if chance >= self.probability:
            return False
        self.fired += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """Return the rule in its JSON form."""
        return {
            "action": self.fault.action,
            "args": dict(self.fault.args),
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            **{name: getattr(self, name) for name in _COUNTS},
        }


def parse_faults(text: str) -> list[Fault]:
    """Read the faults of a header.

    Args:
        text: Faults in their text form, separated by commas.

    Returns:
        The faults, in order.

    Raises:
        HttpError: 400, one of them is not a fault.
    """
    return [_parse_fault(part) for part in text.split(",") if part.strip()]


def _parse_fault(text: str) -> Fault:
    """Read one fault in its text form."""
    action, *pairs = [part.strip() for part in text.split(";")]
    return _checked_fault(action, dict(_parse_pair(pair) for pair in pairs if pair))


def _parse_pair(text: str) -> tuple[str, Any]:
    """Read one argument; without a value it is true."""
    name, mark, value = text.partition("=")
    return name.strip(), value.strip() if mark else True


def _checked_fault(action: str, args: Mapping[str, Any]) -> Fault:
    """Return a fault of a known action with arguments it takes, or refuse it."""
    if action not in ACTIONS:
        raise HttpError(400, f"Unknown fault: {action[:40]!r}; known: {', '.join(ACTIONS)}")
    for name, value in args.items():
        if name not in ACTIONS[action]:
            raise HttpError(400, f"{action} takes no {name[:40]!r}")
        if name in _NUMBERS and _number(value) is None:
            raise HttpError(400, f"{action}: {name} must be a number")
        if name == "at" and value not in _POSITIONS and not 0 <= (_number(value) or -1.0) <= 1:
            raise HttpError(400, f"{action}: at must be accept, headers, or a part from 0 to 1")
    if not _RETRY.fullmatch(str(args.get("retry_after", "0"))):
        raise HttpError(400, f"{action}: retry_after must be seconds, or date+seconds")
    if not re.fullmatch(r"[!-~]+", str(args.get("to", "x"))):
        raise HttpError(400, f"{action}: to must be a plain address")
    code = _number(args.get("code", 500))
    if code is None or code != int(code) or not 200 <= code <= 599:
        raise HttpError(400, f"{action}: code must be a status from 200 to 599")
    return Fault(action, dict(args))


def _number(value: Any) -> float | None:
    """Return a value as a number below 1e9, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if -1e9 < number < 1e9 else None


def parse_rule(body: Any) -> FaultRule:
    """Read a rule in its JSON form.

    Args:
        body: The JSON value; its action may be a whole fault in its text form.

    Returns:
        The rule, with nothing counted yet.

    Raises:
        HttpError: 400, it is not a rule.
    """
    if not isinstance(body, dict) or not isinstance(body.get("action"), str):
        raise HttpError(400, "A fault rule is an object with an action")
    args = body.get("args", {})
    unknown = set(body) - {"action", "args", "method", "path", *_COUNTS}
    if unknown or not isinstance(args, dict):
        raise HttpError(400, f"A fault rule takes no {', '.join(sorted(unknown)) or 'such args'}")
    text = _parse_fault(body["action"])
    method = body.get("method")
    return FaultRule(
        _checked_fault(text.action, {**text.args, **args}),
        method.upper() if isinstance(method, str) else None,
        _compile_path(body.get("path")),
        _amount(body, "probability", 1.0),
        int(_amount(body, "skip", 0)),
        None if body.get("times") is None else int(_amount(body, "times", 0)),
    )


def _amount(body: Mapping[str, Any], name: str, default: float) -> float:
    """Return a number from 0 of a rule."""
    number = _number(body.get(name, default))
    if number is None or number < 0:
        raise HttpError(400, f"{name} must be a number from 0")
    return number


def _compile_path(pattern: Any) -> Any:
    """Compile the pattern of a rule."""
    if pattern is None:
        return None
    try:
        return compile_pattern(pattern)
    except (ValueError, TypeError) as error:
        raise HttpError(400, f"path must be a regular expression (RE2): {error}"[:300]) from error
