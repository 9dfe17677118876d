"""What a failed call means for a page and for the circuit (pure)."""

from midakit.delivery.answers import AnswerReason
from midakit.errors import APIError, InvalidRequest, MidakitError, Timeout, TransportError

THROTTLED = (408, 425, 429)


class CircuitOpen(MidakitError):
    """The service is away, so it was not asked."""

    def __init__(self) -> None:
        super().__init__("the service does not answer, so it was not asked")


def reason_of(error: Exception) -> AnswerReason:
    """Return why a page gets its default.

    Args:
        error: What was raised.
    """
    match error:
        case CircuitOpen():
            return AnswerReason.CIRCUIT_OPEN
        case InvalidRequest():
            return AnswerReason.INVALID
        case Timeout():
            return AnswerReason.TIMEOUT
        case APIError():
            return AnswerReason.FAILED if is_outage(error) else AnswerReason.REFUSED
        case _:
            return AnswerReason.FAILED


def is_outage(error: MidakitError) -> bool:
    """Return whether a failure says that the service is away, so that it should be left alone.

    Args:
        error: What was raised.
    """
    if isinstance(error, APIError):
        return is_outage_status(error.status)
    return isinstance(error, TransportError)


def is_outage_status(status: int) -> bool:
    """Return whether a status asks to come back later.

    Args:
        status: The HTTP status of an answer.
    """
    return status >= 500 or status in THROTTLED
