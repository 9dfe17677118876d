"""The rules in force, and the seeded chance that decides for them."""

import math
import random
import threading
from typing import Any

from midakit.sandbox.faults.rules import Fault, FaultRule, parsed, rule


class ActiveFaultRules:
    """Which faults hit a request; the same seed and requests give the same faults."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []
        self._random = random.Random(seed)  # noqa: S311 -- chance that can be repeated, no secret

    def add(self, bodies: list[Any]) -> None:
        """Add rules in their JSON form: all, or none when one is wrong."""
        rules = [rule(body) for body in bodies]
        with self._lock:
            self._rules.extend(rules)

    def clear(self, seed: int | None = None) -> None:
        """Drop every rule and begin the chances anew, perhaps with another seed."""
        with self._lock:
            self._rules.clear()
            self._seed = self._seed if seed is None else seed
            self._random.seed(self._seed)

    def shown(self) -> list[dict[str, Any]]:
        """The rules with what they saw and did."""
        with self._lock:
            return [each.shown() for each in self._rules]

    def hits(self, method: str, path: str, header: str | None) -> list[Fault]:
        """The faults for one request: those of its header, then of the rules that fire."""
        faults = parsed(header) if header else []
        if not self._rules:
            return faults
        with self._lock:
            matching = [each for each in self._rules if each.matches(method, path)]
            return faults + [each.fault for each in matching if each.fires(self._random.random())]

    def seconds(self, fault: Fault) -> float:
        """How long a latency fault lasts this time."""
        with self._lock:
            match fault.args.get("dist"):
                case "lognormal":
                    spread = self._random.gauss(0, fault.number("sigma", 0.5))
                    milliseconds = fault.number("median", 100) * math.exp(spread)
                case "uniform":
                    milliseconds = self._random.uniform(
                        fault.number("low", 0), fault.number("high", 100)
                    )
                case _:
                    milliseconds = fault.number("ms", 100)
        return max(0.0, milliseconds / 1000)
