"""midakit: the async-first Python SDK for the Mida V2 API.

    from midakit import AsyncMida, F

    async with AsyncMida(api_key="...", project_key="...") as mida:
        async for experiment in mida.experiments.list():
            print(experiment.test_name)

Names are resolved on first use, so `import midakit` takes almost no time.
"""

from midakit._lazy import lazy
from midakit._version import __version__

TYPE_CHECKING = False  # as typing's, without importing typing
if TYPE_CHECKING:
    from midakit.core.call import Call as Call
    from midakit.core.outcome import Failure as Failure
    from midakit.core.outcome import Outcome as Outcome
    from midakit.core.outcome import Success as Success
    from midakit.core.retry import Retry as Retry
    from midakit.core.unset import UNSET as UNSET
    from midakit.errors import *
    from midakit.mida._async.client import AsyncMida as AsyncMida
    from midakit.mida._sync.client import Mida as Mida
    from midakit.mida.filters import E as E
    from midakit.mida.filters import F as F
    from midakit.mida.models.status import Status as Status
    from midakit.mida.regions import Region as Region

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "core.call": "Call",
        "core.outcome": "Failure Outcome Success",
        "core.retry": "Retry",
        "core.unset": "UNSET",
        "errors": "APIError BadRequest BodyTooLarge ConfigurationError Conflict ConnectionFailed "
        "DeadlineExceeded DecodeError Forbidden InvalidRequest MidakitError MissingExtra "
        "NotAcceptable NotFound PlanLimitReached RateLimited ServerError Timeout "
        "TransportError Unauthorized",
        "mida._async.client": "AsyncMida",
        "mida._sync.client": "Mida",
        "mida.filters": "E F",
        "mida.models.status": "Status",
        "mida.regions": "Region",
    },
)
__all__ += ["__version__"]
