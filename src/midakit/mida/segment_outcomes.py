"""`SegmentOutcomes`: what a report by segments gives, a dict that shows itself in a notebook."""

from typing import TypeVar

from midakit.core.outcome import Outcome

T = TypeVar("T")


class SegmentOutcomes(dict[str, Outcome[T]]):
    """The outcome of each segment, by name, in the order that was asked."""

    def _repr_html_(self) -> str:
        """Show the segments side by side, with what failed."""
        from midakit.report.notebook import segments_html

        return segments_html(self)
