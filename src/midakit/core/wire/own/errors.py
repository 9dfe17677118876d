"""The errors of both our own transports: their texts, and which of them allow to send again."""

from midakit.core.wire.content import too_long
from midakit.core.wire.messages import Origin, Request
from midakit.errors import ConnectionFailed, Timeout, TransportError

RESENDABLE = frozenset({"GET", "HEAD"})
"""Methods that are sent once more when a kept connection ended without a byte of a response."""


class Malformed(Exception):
    """The response cannot be trusted; the text says why."""


class TooLong(Malformed):
    """The body is longer than the client accepts.

    Args:
        limit: The longest body that it accepts, in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"its body is longer than {limit} bytes (max_body)")
        self.limit = limit


class Unanswered(TransportError):
    """The connection ended before any byte of the response."""


def check_resend(error: Unanswered, request: Request, *, kept: bool) -> None:
    """Raise the final error unless the request may be sent once more, on a new connection.

    A server may close a kept connection at any moment, so that is no failure of the call; but what
    it may have acted on is not repeated here.

    Args:
        error: How the connection ended.
        request: What was sent on it.
        kept: Whether the connection had served another request before.

    Raises:
        TransportError: The request must not be sent again.
    """
    if not kept or (error.sent and request.method not in RESENDABLE):
        raise TransportError(str(error), sent=error.sent) from None


def no_time_left(origin: Origin) -> Timeout:
    """Return the error of a request that is too late to be sent.

    Args:
        origin: Where the request was to go.
    """
    return Timeout(f"no time was left to send a request to {origin}", sent=False)


def no_connection_in_time(origin: Origin) -> Timeout:
    """Return the error of a connection that took too long to make.

    Args:
        origin: Where the request was to go.
    """
    return Timeout(f"no connection to {origin} in time", sent=False)


def no_connection(origin: Origin, error: Exception) -> ConnectionFailed:
    """Return the error of a connection that could not be made.

    Args:
        origin: Where the request was to go.
        error: What went wrong.
    """
    return ConnectionFailed(f"no connection to {origin}: {error}")


def out_of_time(origin: Origin, received: int) -> Timeout:
    """Return the error of a response that was not whole in time.

    Args:
        origin: Where the request went.
        received: How many bytes of the response had come.
    """
    when = f"after {received} bytes of the answer" if received else "before it answered"
    return Timeout(f"{origin} ran out of time {when}")


def no_time_to_unpack(origin: Origin) -> Timeout:
    """Return the error of a response that came in time but is too long to be unpacked in time.

    Args:
        origin: Where the request went.
    """
    return Timeout(f"{origin} took too long: the time was over while its answer was decompressed")


def malformed(origin: Origin, error: Malformed) -> TransportError:
    """Return the error of a response that cannot be trusted, or is too long.

    Args:
        origin: Where the request went.
        error: Why.
    """
    if isinstance(error, TooLong):
        return too_long(error.limit)
    return TransportError(f"the answer of {origin} is malformed: {error}")


def cut_short(origin: Origin, received: int, error: Exception | None = None) -> TransportError:
    """Return the error of a connection that ended before the response did.

    Args:
        origin: Where the request went.
        received: How many bytes of the response had come.
        error: What ended the connection; None when the server closed it in order.
    """
    why = f" ({type(error).__name__})" if error else ""
    if not received:
        return Unanswered(f"{origin} closed the connection before it answered{why}")
    return TransportError(
        f"{origin} closed the connection{why} after {received} bytes of the answer"
    )
