"""A REST catalog of pyiceberg that waits for an answer no longer than for a while.

pyiceberg waits for ever. An answer that did not come in time may still have been a commit: the table says so.
"""

from functools import partial
from typing import Any

from pyiceberg.catalog.rest import RestCatalog

TIMEOUT = 60.0
"""Seconds that a catalog may be silent."""


class TimedRestCatalog(RestCatalog):
    """A REST catalog whose requests end."""

    def _create_session(self) -> Any:
        session: Any = super()._create_session()
        session.request = partial(session.request, timeout=TIMEOUT)
        return session
