"""An outcome: the answer to a call, or the error that came instead.

It is one of two classes, so that a type checker knows after `outcome.ok` which one it is:

    Success    `ok` is True, `answer` is the answer, `error` is None
    Failure    `ok` is False, `error` is the error, which reading `answer` raises

mypy narrows by `if outcome.ok`; pyright by `match`, `isinstance` and `outcome.error is None`. Since a
failure has no answer to read, `outcome.answer` has the type of the answer for both.
"""

from typing import TYPE_CHECKING, Generic, Literal, NoReturn, TypeAlias, TypeVar, final

from midakit.core.wire.messages import Attempt
from midakit.errors import MidakitError

if TYPE_CHECKING:
    from midakit.core.call import Call

T = TypeVar("T")


@final
class Success(Generic[T]):
    """The answer to one call of a fan-out.

    Args:
        call: The call.
        answer: The model that `send` would return.
        attempts: The attempts that were made, the last one included.
        seconds: How long all of it took.

    Example:
        wanted = [calls.experiments.get(test_id) for test_id in (1001, 999_999)]
        for outcome in mida.gather(wanted, on_error="collect"):
            print(outcome.call.path, outcome.answer if outcome.ok else outcome.error)
    """

    __slots__ = ("answer", "attempts", "call", "seconds")
    __match_args__ = ("answer",)

    ok: Literal[True] = True
    """Whether there is an answer."""
    error: None = None
    """The error that came instead of an answer."""

    def __init__(
        self,
        call: "Call[T]",
        answer: T,
        *,
        attempts: tuple[Attempt, ...] = (),
        seconds: float = 0.0,
    ) -> None:
        self.call = call
        self.answer = answer
        self.attempts = attempts
        self.seconds = seconds

    def unwrap(self) -> T:
        """Return the answer.

        Example:
            experiment = mida.try_send(calls.experiments.get(1001)).unwrap()
        """
        return self.answer

    def __repr__(self) -> str:
        return f"<Success {self.call.operation}, {self.seconds:.3f} s>"


@final
class Failure(Generic[T]):
    """The error that came instead of the answer to one call of a fan-out: a value, not an exception.

    Args:
        call: The call.
        error: What `send` would raise.
        attempts: The attempts that were made, the last one included.
        seconds: How long all of it took.

    Example:
        match mida.try_send(calls.experiments.get(999_999)):
            case Success(answer):
                print(answer.test_name)
            case Failure(error):
                print(error)
    """

    __slots__ = ("attempts", "call", "error", "seconds")
    __match_args__ = ("error",)

    ok: Literal[False] = False
    """Whether there is an answer."""
    error: MidakitError
    """The error that came instead of an answer."""

    def __init__(
        self,
        call: "Call[T]",
        error: MidakitError,
        *,
        attempts: tuple[Attempt, ...] = (),
        seconds: float = 0.0,
    ) -> None:
        self.call = call
        self.error = error
        self.attempts = attempts
        self.seconds = seconds

    @property
    def answer(self) -> NoReturn:
        """Raise the error: there is no answer.

        Raises:
            MidakitError: The error.
        """
        raise self.error

    def unwrap(self) -> NoReturn:
        """Raise the error.

        Raises:
            MidakitError: The error.

        Example:
            from midakit import NotFound

            try:
                mida.try_send(calls.experiments.get(999_999)).unwrap()
            except NotFound as error:
                print(error.message)
        """
        raise self.error

    def __repr__(self) -> str:
        error = f"{type(self.error).__name__}: {self.error}"
        return f"<Failure {self.call.operation}, {error}, {self.seconds:.3f} s>"


Outcome: TypeAlias = Success[T] | Failure[T]
"""How one call of a fan-out went."""
