"""How much is made up: visitors, experiments, days and projects. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from midakit.sandbox.data.seeded_forms import FORMS
from midakit.sandbox.data.truth import TRUTH
from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.timestamps import iso_text, naive_utc

DAYS = 56
"""Days of arrivals in the described data; the dates in `truth.py` and `seeded_forms.py` belong to them."""
_LAST = datetime(2026, 5, 20)
_MOMENTS = frozenset({"start", "end", "end_date", "updated_at"})
_BOUNDS = {
    "visitors": (0, 10_000_000),
    "experiments": (0, 100_000),
    "days": (1, 3650),
    "projects": (1, 1000),
}
_SECOND_PROJECT = 0.02


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much to make up."""

    visitors: int = 10_000
    """How many visitors there are in all projects together."""
    experiments: int | None = None
    """How many experiments; None makes those that the documentation describes."""
    days: int = DAYS
    """The days that the visitors come on; the last one is 19 May 2026."""
    projects: int = 2
    """How many projects."""

    def check(self) -> None:
        """Refuse sizes that cannot be made up.

        Raises:
            HttpError: 400, a number is too small or too large.
        """
        for name, (least, most) in _BOUNDS.items():
            number = getattr(self, name)
            if number is not None and not least <= number <= most:
                raise HttpError(400, f"{name} must be {least} to {most}")

    @property
    def first(self) -> datetime:
        """The moment from which visitors come."""
        return _LAST - timedelta(days=self.days)

    def moment(self, described: datetime) -> datetime:
        """Return where a moment of the described data lies in these days.

        Args:
            described: A moment between the first and the last of the described days.

        Returns:
            The moment after the same part of the days.
        """
        return _LAST - (_LAST - described) * self.days / DAYS

    def moved(self, settings: Any) -> Any:
        """Return settings of an experiment with their moments moved into these days.

        Args:
            settings: JSON values, as `truth.py` and `seeded_forms.py` have them.

        Returns:
            A copy.
        """
        if isinstance(settings, list):
            return [self.moved(item) for item in settings]
        if not isinstance(settings, dict):
            return settings
        return {
            name: iso_text(self.moment(naive_utc(value)))
            if name in _MOMENTS and value is not None
            else self.moved(value)
            for name, value in settings.items()
        }

    @property
    def described(self) -> frozenset[int]:
        """The ids of the described experiments that are made: the first ones."""
        first = [one.test_id for one in TRUTH if one.project == 0]
        others = [one.test_id for one in TRUTH if 0 < one.project < self.projects]
        ids = [*first, *(form.test_id for form in FORMS), *others]
        return frozenset(ids if self.experiments is None else ids[: self.experiments])

    @property
    def further(self) -> int:
        """How many experiments there are beyond the described ones."""
        return 0 if self.experiments is None else self.experiments - len(self.described)

    def project_starts(self) -> list[int]:
        """Return the place of each project's first visitor, and the number of all visitors.

        Two projects share as 98 to 2, so that the described experiments have nearly all visitors;
        another number of projects shares evenly.
        """
        if self.projects == 2:
            return [0, int(self.visitors * (1 - _SECOND_PROJECT)), self.visitors]
        return [self.visitors * place // self.projects for place in range(self.projects + 1)]
