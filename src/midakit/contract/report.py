"""What a check found: for people, and as an anonymous file to send (pure)."""

from typing import Any

import attrs

from midakit._version import __version__
from midakit.contract.question import Answered

WORDS = {True: "holds", False: "differs", None: "unknown"}


@attrs.frozen
class ContractReport:
    """What a server answered to the open questions.

    Example:
        report = await contract.check_async(mida)
        for one in report.differs:
            print(one.name, one.assumed, one.seen)
    """

    answers: tuple[Answered, ...]
    """One for each question."""

    @property
    def differs(self) -> tuple[Answered, ...]:
        """The questions where an assumption of the SDK does not hold."""
        return tuple(one for one in self.answers if one.holds is False)

    @property
    def unknown(self) -> tuple[Answered, ...]:
        """The questions that this account cannot answer."""
        return tuple(one for one in self.answers if one.holds is None)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values: no id, name, key or address of the account is in it.

        Example:
            import json

            report = await contract.check_async(mida)
            print(json.dumps(report.to_dict()))
        """
        return {
            "midakit": __version__,
            "questions": [{**attrs.asdict(one), "holds": WORDS[one.holds]} for one in self.answers],
        }
