"""The segment algebra: `F` filters visitors, `E` filters the events of a goal.

(F.device == "mobile") & F.country.in_("US", "CA") & ~F.landing_page.contains("/promo")
E.attr("revenue") > 100
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.mida.filters.expression import EventFilter as EventFilter
    from midakit.mida.filters.expression import Filter as Filter
    from midakit.mida.filters.fields import E as E
    from midakit.mida.filters.fields import F as F
    from midakit.mida.filters.text import parse_segment as parse_segment
    from midakit.mida.filters.tokens import SegmentSyntaxError as SegmentSyntaxError

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "fields": "E F",
        "expression": "EventFilter Filter",
        "text": "parse_segment",
        "tokens": "SegmentSyntaxError",
    },
)
