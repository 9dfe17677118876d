"""A client that reads GrowthBook's REST API, to move to Mida.

    from midakit.growthbook import GrowthBook

    with GrowthBook() as growthbook:
        experiments = growthbook.experiments()

`AsyncGrowthBook` is the same with `await`.
"""

from midakit.growthbook._async.client import AsyncGrowthBook
from midakit.growthbook._sync.client import GrowthBook

__all__ = ["AsyncGrowthBook", "GrowthBook"]
