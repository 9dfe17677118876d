"""Types and bases that several models share."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from attrs import define

from midakit.core.models.model import PROMISED, Model

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An aware time; one that names no zone is UTC."""

TextOrObject = str | dict[str, Any]
"""Documented as either; kept as it came."""


@define(kw_only=True, repr=False)
class Reply(Model):
    """The base of whole answers."""

    success: bool = PROMISED
    """True when the server did what was asked."""


@define(kw_only=True, repr=False)
class ListReply(Reply):
    """The base of one page of a listing."""

    company_id: int = PROMISED
    """Id of the account that owns the project."""
    count: int = PROMISED
    """How many items this page holds; the API gives no total."""
