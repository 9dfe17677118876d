"""How many tasks a session can run at once: the cores that its executors have, not a default of Spark.

`defaultParallelism` is 2 until the first executor has registered, whatever the cluster has, and a setting
of the same name can make it anything.
"""

from collections.abc import Mapping, Sequence
from time import monotonic, sleep
from typing import Any

PATIENCE = 60.0
"""Seconds to wait for the first executor."""
EVERY = 0.25
"""Seconds between two looks at the executors."""
STEADY = 8
"""Looks that find the same cores before nobody else is waited for."""


def slots(spark: Any, settings: Mapping[str, str]) -> int | None:
    """Return how many tasks run at once, when the executors of the session have registered.

    Args:
        spark: The session.
        settings: The application's settings.

    Returns:
        The number, or None where nobody can know it: with Spark Connect, where executors come and go, and
        where none came in a minute.
    """
    if settings.get("spark.dynamicAllocation.enabled", "false").lower() == "true":
        most = of_settings(settings, "spark.dynamicAllocation.maxExecutors")
        return None if most is None else tasks(most, settings)
    try:
        store = spark.sparkContext._jsc.sc().statusStore()
    except Exception:  # Spark Connect has no context, and says so with an error of its own
        return None
    local = is_local(settings.get("spark.master", ""))
    wanted, began = of_settings(settings, "spark.executor.instances"), monotonic()
    seen = [_cores(store, local=local)]
    while not (local or settled(seen, wanted) or monotonic() - began > PATIENCE):
        sleep(EVERY)
        seen.append(_cores(store, local=local))
    return tasks(seen[-1], settings) if seen[-1] else None


def is_local(master: str) -> bool:
    """Return whether the driver runs the tasks itself; `local-cluster[...]` starts executors.

    Args:
        master: The address of the session's master.
    """
    return master == "local" or master.startswith("local[")


def _cores(store: Any, *, local: bool) -> int:
    """Return the cores of the executors that have registered; a local session's only one is the driver."""
    executors = store.executorList(True)
    found = [executors.apply(number) for number in range(executors.size())]
    return sum(int(one.totalCores()) for one in found if local or one.id() != "driver")


def of_settings(settings: Mapping[str, str], executors: str) -> int | None:
    """Return how many cores a session asks for, where its settings say it.

    Args:
        settings: The application's settings.
        executors: The setting that has the number of executors.
    """
    if "spark.cores.max" in settings:
        return int(settings["spark.cores.max"])
    if executors in settings:
        return int(settings[executors]) * int(settings.get("spark.executor.cores", "1"))
    return None


def settled(seen: Sequence[int], wanted: int | None) -> bool:
    """Return whether the executors that were found are all that will come.

    Args:
        seen: The cores that each look has found.
        wanted: The cores that the session asks for; a cluster may have fewer.
    """
    if not seen or not seen[-1]:
        return False
    if wanted is not None and seen[-1] >= wanted:
        return True
    return len(seen) >= STEADY and len(set(seen[-STEADY:])) == 1


def tasks(cores: int, settings: Mapping[str, str]) -> int:
    """Return how many tasks run at once on cores.

    Args:
        cores: The cores of all executors.
        settings: The application's settings, which say how many cores a task takes.
    """
    return max(1, cores // int(settings.get("spark.task.cpus", "1")))
