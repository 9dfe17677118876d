"""The fault rules in force, and the seeded chance that decides for them."""

import math
import random
import threading
from typing import Any

from midakit.sandbox.faults.rules import Fault, FaultRule, parse_faults, parse_rule


class ActiveFaultRules:
    """Which faults a request gets; the same seed and the same requests give the same faults.

    Args:
        seed: The seed of the chances.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._rules: list[FaultRule] = []
        self._random = random.Random(seed)  # noqa: S311 -- chance that can be repeated, no secret

    def add(self, bodies: list[Any]) -> None:
        """Add rules, all or none.

        Args:
            bodies: The rules in their JSON form.

        Raises:
            HttpError: 400, one of them is not a rule.
        """
        rules = [parse_rule(body) for body in bodies]
        with self._lock:
            self._rules.extend(rules)

    def clear(self, seed: int | None = None) -> None:
        """Remove every rule and begin the chances again.

        Args:
            seed: A new seed; None keeps the present one.
        """
        with self._lock:
            self._rules.clear()
            self._seed = self._seed if seed is None else seed
            self._random.seed(self._seed)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the rules, with what they matched and did."""
        with self._lock:
            return [rule.as_json() for rule in self._rules]

    def faults_for(self, method: str, path: str, header: str | None) -> list[Fault]:
        """Return the faults of one request, and count them.

        Args:
            method: The request's method.
            path: The request's path.
            header: The request's own faults in their text form.

        Returns:
            The faults of its header, then those of the rules that apply.

        Raises:
            HttpError: 400, the header holds no faults.
        """
        faults = parse_faults(header) if header else []
        if not self._rules:
            return faults
        with self._lock:
            matching = [rule for rule in self._rules if rule.matches(method, path)]
            return faults + [rule.fault for rule in matching if rule.applies(self._random.random())]

    def latency(self, fault: Fault) -> float:
        """Return how long a latency fault lasts this time.

        Args:
            fault: The fault, with `ms`, or with `dist` and its parameters.

        Returns:
            Seconds.
        """
        with self._lock:
            match fault.args.get("dist"):
                case "lognormal":
                    spread = self._random.gauss(0, fault.number("sigma", 0.5))
                    milliseconds = fault.number("median", 100) * math.exp(spread)
                case "uniform":
                    low, high = fault.number("low", 0), fault.number("high", 100)
                    milliseconds = self._random.uniform(low, high)
                case _:
                    milliseconds = fault.number("ms", 100)
        return max(0.0, milliseconds / 1000)
