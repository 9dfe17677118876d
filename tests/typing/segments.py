"""Segments as a user types them; checked by mypy and basedpyright, never run."""

from typing import assert_type

from midakit import E, F
from midakit.mida.filters import EventFilter, Filter

assert_type(F.device == "mobile", Filter)
assert_type((F.device == "mobile") & ~F.country.in_("US", "CA"), Filter)
assert_type(F.attribute("plan").days_gt(3) | (F.hourofday >= 9), Filter)
assert_type(F.parse([[{"criteria": "device", "operator": "==", "value": "mobile"}]]), Filter)
assert_type(E.attr("revenue") > 100, EventFilter)
assert_type((E.attr("a").exists()) & (E.attr("b") == 1), EventFilter)

F.landing_page.contains(3)  # type: ignore[arg-type]
(F.device == "mobile") & (E.attr("a") == 1)  # type: ignore[operator]
