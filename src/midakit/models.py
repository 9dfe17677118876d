"""All models by name: `from midakit.models import Result`.

The same as `midakit.mida.models`, where each is told in full; nothing is imported before it is used.
"""

from midakit.mida import models

TYPE_CHECKING = False  # as typing's, without importing typing
if TYPE_CHECKING:
    from midakit.mida.models.account import *
    from midakit.mida.models.comments import *
    from midakit.mida.models.distribution import *
    from midakit.mida.models.events import *
    from midakit.mida.models.exclusion_groups import *
    from midakit.mida.models.experiments import *
    from midakit.mida.models.goal_ref import *
    from midakit.mida.models.goals import *
    from midakit.mida.models.inputs import *
    from midakit.mida.models.links import *
    from midakit.mida.models.metrics import *
    from midakit.mida.models.personalization import *
    from midakit.mida.models.projects import *
    from midakit.mida.models.reports import *
    from midakit.mida.models.status import *
    from midakit.mida.models.timeseries import *
    from midakit.mida.models.vocabulary import *

__all__ = list(models.__all__)


def __getattr__(name: str) -> object:
    return getattr(models, name)


def __dir__() -> list[str]:
    return dir(models)
