"""What the core needs to know about LaunchDarkly."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from midakit.core.secret import Secret
from midakit.core.service import Refusal, Service
from midakit.core.wire.messages import Origin, Response
from midakit.launchdarkly import auth, limits, problems


class LaunchDarklyService(Service):
    """One LaunchDarkly instance and one access token."""

    name = "launchdarkly"
    values_after: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "metrics": ("project_key", "metric_key"),
        "projects": ("project_key",),
        "environments": ("environment_key",),
    }

    def __init__(self, origin: Origin, prefix: str, token: Secret, api_version: str) -> None:
        super().__init__(
            origin=origin,
            prefix=prefix,
            headers=auth.headers(origin, token, api_version),
            scope={},
            secrets=(token,),
        )

    def retry_after(self, response: Response) -> float | None:
        """Return the pause that a refusal asks for: a 429 always does, a 503 only by `Retry-After`.

        Args:
            response: The refusal.
        """
        if response.status != 429:
            return super().retry_after(response)
        headers = _named(response)
        return limits.retry_after(headers, _now(headers))

    def pause_after(self, response: Response) -> float | None:
        """Return the pause that keeps the client below the limit, in seconds, or None.

        Args:
            response: A good answer, whose headers say how much of the limit is left.
        """
        headers = _named(response)
        return limits.pause_after(headers, _now(headers))

    def refusal(self, status: int, body: Any, response: Response) -> Refusal:
        """Return code, message and the id that LaunchDarkly's support asks for.

        Args:
            status: The HTTP status of the answer.
            body: The body, parsed where it was JSON.
            response: The whole answer.
        """
        return problems.refusal(status, body, response.header("x-request-id"))


def _named(response: Response) -> dict[str, str]:
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in response.headers
        if name.startswith((b"x-ratelimit-", b"retry-after", b"date"))
    }


def _now(headers: Mapping[str, str]) -> float:
    """Return the epoch milliseconds now, by the server's clock where it tells the time: ours may be off."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp() * 1000
    except (KeyError, ValueError, TypeError, OverflowError):
        return datetime.now(UTC).timestamp() * 1000
