"""midakit: the async-first Python SDK for the Mida V2 API.

    from midakit import AsyncMida, F

    async with AsyncMida(api_key="...", project_key="...") as mida:
        async for experiment in mida.experiments.list():
            print(experiment.test_name)

Names are resolved on first use, so `import midakit` costs next to nothing.
"""

from midakit._version import __version__

TYPE_CHECKING = False  # as typing's, without importing typing
if TYPE_CHECKING:
    from midakit.core.call import Call as Call
    from midakit.core.outcome import Outcome as Outcome
    from midakit.core.retry import Retry as Retry
    from midakit.core.unset import UNSET as UNSET
    from midakit.errors import APIError as APIError
    from midakit.errors import BadRequest as BadRequest
    from midakit.errors import ConfigurationError as ConfigurationError
    from midakit.errors import Conflict as Conflict
    from midakit.errors import ConnectionFailed as ConnectionFailed
    from midakit.errors import DeadlineExceeded as DeadlineExceeded
    from midakit.errors import DecodeError as DecodeError
    from midakit.errors import Forbidden as Forbidden
    from midakit.errors import InvalidRequest as InvalidRequest
    from midakit.errors import MidakitError as MidakitError
    from midakit.errors import MissingExtra as MissingExtra
    from midakit.errors import NotAcceptable as NotAcceptable
    from midakit.errors import NotFound as NotFound
    from midakit.errors import PlanLimitReached as PlanLimitReached
    from midakit.errors import RateLimited as RateLimited
    from midakit.errors import ServerError as ServerError
    from midakit.errors import Timeout as Timeout
    from midakit.errors import TransportError as TransportError
    from midakit.errors import Unauthorized as Unauthorized
    from midakit.mida._async.client import AsyncMida as AsyncMida
    from midakit.mida._sync.client import Mida as Mida
    from midakit.mida.filters import E as E
    from midakit.mida.filters import F as F
    from midakit.mida.models.status import Status as Status
    from midakit.mida.regions import Region as Region

_HOMES = {
    "AsyncMida": "midakit.mida._async.client",
    "Call": "midakit.core.call",
    "E": "midakit.mida.filters",
    "F": "midakit.mida.filters",
    "Mida": "midakit.mida._sync.client",
    "Outcome": "midakit.core.outcome",
    "Region": "midakit.mida.regions",
    "Retry": "midakit.core.retry",
    "Status": "midakit.mida.models.status",
    "UNSET": "midakit.core.unset",
    **dict.fromkeys(
        (
            "APIError",
            "BadRequest",
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
        ),
        "midakit.errors",
    ),
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'midakit' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
