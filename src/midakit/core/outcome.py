"""An outcome: the answer to a call, or the error that came instead."""

from typing import TYPE_CHECKING, Generic, TypeVar

from midakit.core.wire.messages import Attempt
from midakit.errors import MidakitError

if TYPE_CHECKING:
    from midakit.core.call import Call

T = TypeVar("T")


class Outcome(Generic[T]):
    """How one call of a fan-out went; a failure is a value here, not an exception.

    Example:
        wanted = [calls.experiments.get(test_id) for test_id in (1001, 999_999)]
        for outcome in mida.gather(wanted, on_error="collect"):
            print(outcome.call.path, outcome.answer if outcome.ok else outcome.error)
    """

    __slots__ = ("answer", "attempts", "call", "error", "seconds")

    def __init__(
        self,
        call: "Call[T]",
        *,
        answer: T | None = None,
        error: MidakitError | None = None,
        attempts: tuple[Attempt, ...] = (),
        seconds: float = 0.0,
    ) -> None:
        self.call = call
        self.answer: T = answer  # type: ignore[assignment]  # None where `ok` is false
        self.error = error
        self.attempts = attempts
        self.seconds = seconds

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return self.error is None

    def unwrap(self) -> T:
        """Return the answer, or raise the error.

        Raises:
            MidakitError: The error that came instead of an answer.

        Example:
            experiment = mida.try_send(calls.experiments.get(1001)).unwrap()
        """
        if self.error is not None:
            raise self.error
        return self.answer

    def __repr__(self) -> str:
        state = "ok" if self.error is None else f"{type(self.error).__name__}: {self.error}"
        return f"<Outcome {self.call.operation} {state}, {self.seconds:.3f} s>"
