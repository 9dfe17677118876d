"""Every error midakit raises.

    MidakitError
    ├── ConfigurationError          settings that cannot work: no key, an unknown region, http:// off loopback
    │   └── MissingExtra            (also ImportError) an optional dependency is not installed
    ├── InvalidRequest              (also ValueError) caught before anything was sent; names field and rule
    │   └── UnknownOption           (also TypeError) an option that does not exist; names the nearest one
    ├── TransportError              no answer arrived; `sent` says whether the server may have seen the call
    │   ├── ConnectionFailed        the connection could not be made, so nothing was sent
    │   ├── BodyTooLarge            the answer is longer than `max_body`
    │   └── Timeout                 one attempt took longer than `timeout`
    │       └── DeadlineExceeded    the whole call, waits included, would pass or passed its `deadline`
    ├── DecodeError                 a 2xx whose body is not what was promised
    └── APIError                    the server refused: status, message, body, request_id, call, attempts
        ├── BadRequest 400          ├── NotFound 404
        ├── Unauthorized 401        ├── NotAcceptable 406
        ├── Forbidden 403           ├── Conflict 409
        │   └── PlanLimitReached    ├── RateLimited 429  (`retry_after`)
        └── ServerError 5xx

Errors pickle and deep-copy (workers send them home), and none of them holds a key: what a server
echoes is scrubbed before the error is made.
"""

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from midakit.core.call import Call
    from midakit.core.wire.messages import Attempt

__all__ = [
    "APIError",
    "BadRequest",
    "BodyTooLarge",
    "ConfigurationError",
    "Conflict",
    "ConnectionFailed",
    "DeadlineExceeded",
    "DecodeError",
    "Forbidden",
    "InvalidRequest",
    "MidakitError",
    "MissingExtra",
    "NotAcceptable",
    "NotFound",
    "PlanLimitReached",
    "RateLimited",
    "ServerError",
    "Timeout",
    "TransportError",
    "Unauthorized",
]
"""What `midakit` exports; `UnknownOption` is caught as `InvalidRequest` or TypeError."""


def _rebuild(cls: type["MidakitError"], state: dict[str, Any]) -> "MidakitError":
    error = cls.__new__(cls, *state["args"])
    error.args = state.pop("args")
    error.__dict__.update(state)
    return error


class MidakitError(Exception):
    """The root: `except MidakitError` catches everything that midakit raises on purpose."""

    call: "Call[Any] | None" = None
    attempts: "tuple[Attempt, ...]" = ()
    hint: str | None = None

    def __str__(self) -> str:
        text = super().__str__()
        return f"{text}. {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), {"args": self.args, **self.__dict__})


class ConfigurationError(MidakitError):
    """The settings cannot work; the message names the setting and where it came from.

    Args:
        message: What is wrong.
        setting: The setting of the client that is missing or wrong: `api_key`, `project_key`,
            `access_token` or `profile`; None for everything else.
    """

    def __init__(self, message: str, *, setting: str | None = None) -> None:
        super().__init__(message)
        self.setting = setting


class MissingExtra(ConfigurationError, ImportError):
    """An optional dependency is missing; the message holds the command that installs it.

    Args:
        message: What is missing, and how to install it.
        name: The module that could not be imported.
    """

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class InvalidRequest(MidakitError, ValueError):
    """Refused before sending: `field` broke `rule`."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


class UnknownOption(InvalidRequest, TypeError):
    """An option that does not exist; the message names the option that may have been meant."""


class TransportError(MidakitError):
    """The call ended without a whole answer.

    `sent` is False only when nothing can have reached the server.
    """

    sent: bool = True

    def __init__(self, message: str, *, sent: bool = True) -> None:
        super().__init__(message)
        self.sent = sent


class ConnectionFailed(TransportError):
    """No connection: refused, unresolved, unreachable, or TLS failed."""

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message, sent=sent)


class BodyTooLarge(TransportError):
    """The answer is longer than the client's `max_body`; asking again would not change that.

    Args:
        message: What happened, and what to do about it.
        sent: Whether the request may have reached the server, which it has.
        limit: The longest body that the client accepts, in bytes.
    """

    def __init__(self, message: str, *, sent: bool = True, limit: int = 0) -> None:
        super().__init__(message, sent=sent)
        self.limit = limit


class Timeout(TransportError):
    """The attempt ran out of time."""


class DeadlineExceeded(Timeout):
    """The call ran out of time; the message holds the arithmetic."""


class DecodeError(MidakitError):
    """A 2xx answer that is not what the contract promises."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        first_bytes: bytes = b"",
        call: "Call[Any] | None" = None,
        attempts: "tuple[Attempt, ...]" = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.first_bytes = first_bytes
        self.call = call
        self.attempts = attempts


class APIError(MidakitError):
    """The server answered, and the answer is a refusal."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        body: Any = None,
        request_id: str | None = None,
        call: "Call[Any] | None" = None,
        attempts: "tuple[Attempt, ...]" = (),
        hint: str | None = None,
        retry_after: float | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.body = body
        self.request_id = request_id
        self.call = call
        self.attempts = attempts
        self.hint = hint
        self.retry_after = retry_after
        self.code = code

    by_status: ClassVar[dict[int, type["APIError"]]] = {}

    @classmethod
    def class_for(cls, status: int) -> type["APIError"]:
        """Return the class of errors for a status.

        Args:
            status: The HTTP status of the answer.

        Example:
            from midakit import APIError

            print(APIError.class_for(429))
        """
        found = cls.by_status.get(status)
        return found or (ServerError if status >= 500 else APIError)


class BadRequest(APIError):
    """400: the server found the request wrong."""


class Unauthorized(APIError):
    """401: the key is missing or wrong."""


class Forbidden(APIError):
    """403: not allowed: an inactive project, a feature that is off, another's comment."""


class PlanLimitReached(Forbidden):
    """403 whose text speaks of a plan's limit (live experiments, goals)."""


class NotFound(APIError):
    """404: not there, deleted, or in another project."""


class NotAcceptable(APIError):
    """406: the project already has a goal with this key."""


class Conflict(APIError):
    """409: the experiment's state does not allow it."""


class RateLimited(APIError):
    """429: too many requests; `retry_after` is what the server asked for, in seconds."""


class ServerError(APIError):
    """5xx: the server failed."""


APIError.by_status.update(
    {
        400: BadRequest,
        401: Unauthorized,
        403: Forbidden,
        404: NotFound,
        406: NotAcceptable,
        409: Conflict,
        429: RateLimited,
    }
)
