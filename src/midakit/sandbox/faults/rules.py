"""What to spoil, and which requests: the text form, the JSON form and the match. Pure.

X-Sandbox-Fault: status;code=429;retry_after=2
{"action": "reset", "args": {"at": 0.5}, "method": "GET", "path": "/result$",
 "probability": 0.1, "skip": 2, "times": 1}
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midakit.sandbox.errors import HttpError

ACTIONS: Mapping[str, frozenset[str]] = {
    "latency": frozenset({"ms", "dist", "median", "sigma", "low", "high"}),
    "status": frozenset({"code", "retry_after", "retry_after_ms", "after"}),
    "reset": frozenset({"at"}),
    "close": frozenset({"at", "framing"}),
    "truncate": frozenset({"at", "framing"}),
    "badjson": frozenset(),
    "empty": frozenset(),
    "html": frozenset({"code", "after"}),
    "drip": frozenset({"bytes", "interval"}),
    "hang": frozenset({"after"}),
    "unknown": frozenset({"fields", "enums"}),
    "redirect": frozenset({"to", "code"}),
    "drift": frozenset({"by"}),
}
"""Every action with the arguments it takes."""

_NUMBERS = frozenset(
    {"ms", "median", "sigma", "low", "high", "code", "retry_after_ms", "bytes", "interval", "by"}
)
_RETRY = re.compile(r"(date\+?)?[0-9]{0,9}(\.[0-9]{1,6})?")
_POSITIONS = frozenset({"accept", "headers"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to do to one request."""

    action: str
    args: Mapping[str, Any] = field(default_factory=dict)

    def number(self, name: str, default: float) -> float:
        """A numeric argument."""
        return float(self.args.get(name, default))

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A yes-or-no argument."""
        return str(self.args.get(name, default)).lower() in {"1", "true", "yes"}

    def __str__(self) -> str:
        """The text form."""
        return ";".join([self.action, *(f"{name}={value}" for name, value in self.args.items())])


@dataclass(slots=True)
class FaultRule:
    """A fault for the requests that match; counts what it saw and did."""

    fault: Fault
    method: str | None = None
    path: re.Pattern[str] | None = None
    probability: float = 1.0
    skip: int = 0
    times: int | None = None
    seen: int = 0
    fired: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule is about this request."""
        right_method = self.method is None or self.method == method
        return right_method and (self.path is None or self.path.search(path) is not None)

    def fires(self, chance: float) -> bool:
        """Count a matching request and say whether it is hit."""
        self.seen += 1
        if self.seen <= self.skip or (self.times is not None and self.fired >= self.times):
            return False
        if chance >= self.probability:
            return False
        self.fired += 1
        return True

    def shown(self) -> dict[str, Any]:
        """The rule as JSON."""
        return {
            "action": self.fault.action,
            "args": dict(self.fault.args),
            "method": self.method,
            "path": self.path.pattern if self.path else None,
            "probability": self.probability,
            "skip": self.skip,
            "times": self.times,
            "seen": self.seen,
            "fired": self.fired,
        }


def parsed(text: str) -> list[Fault]:
    """The faults of a header: several are separated by commas."""
    return [_fault(part) for part in text.split(",") if part.strip()]


def _fault(text: str) -> Fault:
    action, *pairs = [part.strip() for part in text.split(";")]
    args = dict(_pair(pair) for pair in pairs if pair)
    return checked(action, args)


def _pair(text: str) -> tuple[str, Any]:
    name, mark, value = text.partition("=")
    return name.strip(), value.strip() if mark else True


def checked(action: str, args: Mapping[str, Any]) -> Fault:
    """A fault with known action and sane arguments, or a HttpError that names the choice."""
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
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if -1e9 < number < 1e9 else None


def rule(body: Any) -> FaultRule:
    """A rule from its JSON form; the action may be the whole text form."""
    if not isinstance(body, dict) or not isinstance(body.get("action"), str):
        raise HttpError(400, "A fault rule is an object with an action")
    args = body.get("args", {})
    unknown = set(body) - {
        "action", "args", "method", "path", "probability", "skip", "times", "seen", "fired"
    }  # fmt: skip
    if unknown or not isinstance(args, dict):
        raise HttpError(400, f"A fault rule takes no {', '.join(sorted(unknown)) or 'such args'}")
    text = _fault(body["action"])
    method = body.get("method")
    return FaultRule(
        checked(text.action, {**text.args, **args}),
        method.upper() if isinstance(method, str) else None,
        _path(body.get("path")),
        _amount(body, "probability", 1.0),
        int(_amount(body, "skip", 0)),
        None if body.get("times") is None else int(_amount(body, "times", 0)),
    )


def _amount(body: Mapping[str, Any], name: str, default: float) -> float:
    number = _number(body.get(name, default))
    if number is None or number < 0:
        raise HttpError(400, f"{name} must be a number from 0")
    return number


def _path(pattern: Any) -> re.Pattern[str] | None:
    if pattern is None:
        return None
    try:
        return re.compile(pattern)
    except (re.error, TypeError) as error:
        raise HttpError(400, "path must be a regular expression") from error
