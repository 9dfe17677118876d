"""Asks one address whether it knows the key, and notes all there is to see."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import NamedTuple

from midakit.cli.support.interrupt import end_at_once
from midakit.core._sync.client import Client
from midakit.core.concurrency.threads import fan_out
from midakit.core.secret import Secret
from midakit.core.settings import parse_base_url
from midakit.core.wire.messages import Response
from midakit.errors import MidakitError
from midakit.mida import calls
from midakit.mida.service import MidaService

NOBODY = "no-project"
"""Stands for the project while none is known: a 404 then says that the key itself is good."""
PATIENCE = 10.0


class Probe(NamedTuple):
    """What one address answered."""

    place: str
    url: str
    status: int | None = None
    message: str = ""
    seconds: float = 0.0
    skew: float | None = None
    """Seconds that our clock is ahead of the server's."""

    @property
    def accepted(self) -> bool:
        """The key is known and may use the project, and it is Mida that says so."""
        return self.status is not None and 200 <= self.status < 300 and not self.message


def probe(place: str, url: str, key: str, project: str | None, *, auth: str = "bearer") -> Probe:
    """One question, asked once.

    Args:
        place: What the address is called.
        url: Its base URL.
        key: The API key in the clear; it is only sent, never printed.
        project: The project key to test with; None for none.
        auth: How the key is sent.
    """
    origin, prefix = parse_base_url(url, suffix="/v2")
    service = MidaService(origin, prefix, Secret(key), auth, project or NOBODY)
    started = monotonic()
    with Client(service, timeout=PATIENCE, retry=1) as client:
        try:
            response = client.send_raw(calls.account.my_access())
        except MidakitError as error:
            said = Exception.__str__(error).removeprefix(f"{origin}: ")
            return Probe(place, url, None, said, monotonic() - started)
    seconds = monotonic() - started
    return Probe(place, url, response.status, _said(response), seconds, _skew(response))


def _said(response: Response) -> str:
    if 300 <= response.status < 400:
        return f"a redirect to {response.header('location')}"
    try:
        response.parse()
    except MidakitError as error:
        return Exception.__str__(error)
    return ""


def _skew(response: Response) -> float | None:
    """Return how far the clocks differ; the Date header has whole seconds, so a second means nothing."""
    try:
        theirs = parsedate_to_datetime(response.header("date") or "")
    except (TypeError, ValueError):
        return None
    return (datetime.now(UTC) - theirs.replace(tzinfo=theirs.tzinfo or UTC)).total_seconds()


def probe_all(
    places: dict[str, str], key: str, project: str | None, *, auth: str = "bearer"
) -> dict[str, Probe]:
    """Every place at once, by name.

    Args:
        places: The addresses by name.
        key: The API key in the clear; it is only sent, never printed.
        project: The project key to test with; None for none.
        auth: How the key is sent.
    """
    end_at_once()
    found = fan_out(
        lambda place: probe(place, places[place], key, project, auth=auth),
        list(places),
        limit=len(places),
    )
    return {one.place: one for one in found}
