"""Apache Spark: `spark.read.format("midakit")` and `spark.readStream` over a frozen plan.

    from midakit.engines import spark as midakit_spark

    midakit_spark.register(spark, rps=20)
    frame = spark.read.format("midakit").option("table", "results").load()

A cluster does not make a limited API faster; it is where the tables live. So all tasks keep
to one rate together, each with a fixed share, and a task that is lost asks again for no more than its
slice of the plan.
"""

import re
import warnings
from typing import Any, Self

from midakit.core.extras import need
from midakit.core.settings import positive, whole
from midakit.engines.spark import cluster
from midakit.engines.spark.connect import ApiAddress, KeyReader, SessionSettings
from midakit.errors import ConfigurationError

PUSHDOWN = "spark.sql.python.filterPushdown.enabled"
SHOWN = ".MIDA_API_KEY"
"""How settings end that would show the key: `spark.executorEnv`, `spark.yarn.appMasterEnv` and others."""


class Registration:
    """What the tasks of a registered session go by; printed, it says the rate and the slots.

    Args:
        session: The settings that travel to the tasks.

    Example:
        from pyspark.sql import SparkSession

        spark = SparkSession.builder.master("local[2]").getOrCreate()
        print(midakit_spark.register(spark, rps=20))  # says the rate and the slots
        spark.stop()
    """

    def __init__(self, session: SessionSettings) -> None:
        self.session = session

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the format registered: it ends with the session."""

    def __repr__(self) -> str:
        rps, slots = self.session.rps, self.session.slots
        rate = (
            "adapted to 429 answers" if rps is None else f"{rps:g} a second, divided over the slots"
        )
        return f"<midakit in Spark: slots {slots or 'unknown'}, rate {rate}>"


def register(
    spark: Any,
    *,
    rps: float | None = None,
    key: KeyReader | None = None,
    slots: int | None = None,
) -> Registration:
    """Make the format `midakit` known to a Spark session.

    Project, region and address are those of this process; where workers run does not change them.

    Args:
        spark: The session.
        rps: Requests a second that all tasks together may send, divided over the slots: each task gets
            a fixed share. Left out, every task learns from 429 as any client does.
        key: Called with a project's key, in driver and workers, to read the API key there (a secret
            scope, a mounted file); otherwise it comes from their environment, `MIDA_API_KEY`.
        slots: Tasks that run at once. When left out, the cores of the session's executors are counted,
            once they have registered; name it for Spark Connect, which cannot tell, and where executors
            come and go.

    Returns:
        What tasks will go by. It may be used in a `with` statement; nothing needs to be closed.

    Raises:
        ConfigurationError: A rate or slots that are not a number above 0, a key instead of a function
            that reads it, or a key in Spark's own settings, where its pages would show it.
        MissingExtra: pyspark is not installed.

    Example:
        from pyspark.sql import SparkSession

        spark = SparkSession.builder.master("local[2]").getOrCreate()
        with midakit_spark.register(spark, rps=20):
            results = spark.read.format("midakit").option("table", "results").load()
            results.where("test_id = 1001").select("name", "visitors").show()
        spark.stop()
    """
    need("pyspark", extra="spark")
    from midakit.engines.spark.sources import MidaSource

    if key is not None and not callable(key):
        raise ConfigurationError(
            "key: a function that reads the key where it is called, and not the key: Spark would send it "
            "to the workers in the open"
        )
    if slots is not None:
        slots = whole("slots", slots)
    settings = _settings(spark)
    _check(settings)
    session = SessionSettings(
        rps=None if rps is None else positive("rps", rps),
        slots=slots or cluster.slots(spark, settings),
        key=key,
        address=ApiAddress.of_environment(),
    )
    # a class of this call, so that it is pickled whole, with what this session shares
    spark.dataSource.register(type("MidaSource", (MidaSource,), {"session": session}))
    spark.conf.set(PUSHDOWN, "true")
    return Registration(session)


def _settings(spark: Any) -> dict[str, str]:
    """Return the application's settings, or nothing where a Spark Connect client cannot see them."""
    try:
        return dict(spark.sparkContext.getConf().getAll())
    except Exception:  # Connect has no context, and says so with an error of its own
        return {}


def _check(settings: dict[str, str]) -> None:
    if settings.get("spark.speculation", "false").lower() == "true":
        warnings.warn(
            "spark.speculation is on: it runs slow tasks twice, which sends their requests twice; "
            "rows stay right, but switch it off for reads of a limited API",
            UserWarning,
            stacklevel=3,
        )
    hidden = settings.get("spark.redaction.regex", "$^")
    shown = [name for name in settings if name.endswith(SHOWN) and not re.search(hidden, name)]
    if shown:
        raise ConfigurationError(
            f"{shown[0]} shows the key to everyone who opens Spark's UI; set MIDA_API_KEY on the nodes, "
            "use a secret of the cluster manager, or register(spark, key=...)"
        )
