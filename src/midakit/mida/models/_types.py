"""Types that several models share."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware time; one that names no zone is UTC."""

TextOrObject = str | dict[str, Any]
"""Documented as either; kept as it came."""
