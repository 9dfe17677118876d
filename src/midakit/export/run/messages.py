"""What a run and its worker processes say to each other: pickles on the two pipes between them.

| From | Message | Says |
|---|---|---|
| the run | `ProcessSettings` | once, first: clients, keys, shares |
| | `Lease` | calls to fetch |
| | `Share` | a larger share: another process has ended |
| | `Paused` | a server asked all to wait |
| a process | `Want` | it has few calls left |
| | `FetchedRows` | a file of one table, or rows, with their calls; until then a call is not done |
| | `Failed` | a call that was given up |
| | `Attempted`, `Told`, `Warned` | for the counts and the report |
| | `Paused` | a server asked it to wait |
| | `Stopped` | nothing works any more |

A message comes whole or not at all: a process that is killed while it writes has said nothing.
"""

import pickle
from collections.abc import Mapping, Sequence
from typing import IO, Any, NamedTuple

from midakit.core.secret import Secret
from midakit.errors import MidakitError
from midakit.export.files.buffer import Limits
from midakit.export.plan.spec import Spec


class HandedKey:
    """A key on its way to a worker process: what comes out of its pickle is the key's `Secret`.

    Args:
        secret: The key.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret

    def __reduce__(self) -> tuple[Any, ...]:
        return Secret, (self._secret.reveal(),)


class ClientSettings(NamedTuple):
    """What makes a client like one of the run's."""

    key: Any
    """A `HandedKey`; in the process, a `Secret`."""
    options: Mapping[str, Any]
    """The other arguments of the client."""
    projects: tuple[str, ...]
    """The projects whose calls it sends."""


class ProcessSettings(NamedTuple):
    """What a worker process goes by."""

    clients: tuple[ClientSettings, ...]
    concurrency: int
    """Its share of the calls that may be under way."""
    rps: float | None
    """Its share of the rate."""
    keep_raw: bool
    outage: float
    partition_by: str | None
    format: str | None
    """The format of the files that it makes; None where it hands over rows."""
    limits: Limits
    """When a file is handed over."""
    most_bytes: int
    """Its share of the bytes that may be under way."""


class Lease(NamedTuple):
    """Calls to fetch."""

    calls: Sequence[tuple[Spec, set[str]]]
    """Each with the tables that lack its rows."""
    left: int
    """Calls of the whole run that have not ended."""


class Share(NamedTuple):
    """A new share of concurrency and rate; never a smaller one."""

    concurrency: int
    rps: float | None


class Paused(NamedTuple):
    """A server asked the whole client to wait."""

    client: int
    """Its place in `ProcessSettings.clients`."""
    seconds: float


class Want(NamedTuple):
    """The process has fewer calls than it can have under way."""


class Failed(NamedTuple):
    """A call was given up."""

    spec_id: str
    error: MidakitError
    attempts: int


class Attempted(NamedTuple):
    """Attempts of a call that were repeats or failures."""

    statuses: Sequence[int | None]
    answered: bool
    detail: str | None


class Told(NamedTuple):
    """What has come since the last time."""

    bytes: int
    fetched: int
    """Calls whose rows wait to be handed over, or that had none to give."""


class Warned(NamedTuple):
    """Something is odd about the data."""

    text: str


class Stopped(NamedTuple):
    """The process gives up, and with it the run."""

    why: str


def write(message: object, pipe: IO[bytes]) -> None:
    """Write a message.

    Args:
        message: One of the classes above, or `FetchedRows`.
        pipe: A pipe to the other side.

    Raises:
        OSError: The other side has ended.
    """
    pickle.dump(message, pipe, protocol=5)
    pipe.flush()


def read(pipe: IO[bytes]) -> Any:
    """Return the next message, or None when the other side has ended.

    Args:
        pipe: A pipe from the other side; only processes of one export ever write to it.
    """
    try:
        return pickle.load(pipe)  # noqa: S301  # from our own process
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        return None
