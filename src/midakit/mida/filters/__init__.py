"""The segment algebra: `F` filters visitors, `E` filters the events of a goal.

(F.device == "mobile") & F.country.in_("US", "CA") & ~F.landing_page.contains("/promo")
E.attr("revenue") > 100
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.mida.filters.expression import EventFilter as EventFilter
    from midakit.mida.filters.expression import Filter as Filter
    from midakit.mida.filters.fields import E as E
    from midakit.mida.filters.fields import F as F
    from midakit.mida.filters.text import SegmentSyntaxError as SegmentSyntaxError
    from midakit.mida.filters.text import parse_segment as parse_segment

_HOMES = {
    "E": "fields",
    "EventFilter": "expression",
    "F": "fields",
    "Filter": "expression",
    "SegmentSyntaxError": "text",
    "parse_segment": "text",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
