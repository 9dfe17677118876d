"""Apache Spark: `spark.read.format("midakit")` and `spark.readStream` over a frozen plan.

    from midakit.engines import spark as midakit_spark

    midakit_spark.register(spark, rps=20)
    frame = spark.read.format("midakit").option("table", "results").load()

A cluster does not make a limited API faster; it is where the tables live. So all tasks share one rate,
and a task that is lost asks again for no more than its slice of the plan.
"""

import logging
import re
import warnings
from typing import Any, Self

import attrs

from midakit.core.extras import need
from midakit.core.settings import positive
from midakit.engines.spark.broker import Broker
from midakit.engines.spark.connect import KeyReader, Place, Shared
from midakit.errors import ConfigurationError

PUSHDOWN = "spark.sql.python.filterPushdown.enabled"
SHOWN = "spark.executorEnv.MIDA_API_KEY"

log = logging.getLogger("midakit.engines")


class Registration:
    """A session that knows midakit; `close` ends its broker."""

    def __init__(self, shared: Shared, broker: Broker | None) -> None:
        self.shared = shared
        self._broker = broker

    def close(self) -> None:
        """Stop the broker; tasks that still run keep to their share of the rate."""
        broker, self._broker = self._broker, None
        if broker is not None:
            broker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        how = "through a broker" if self._broker is not None else "divided over slots"
        rate = (
            "learnt from 429" if self.shared.rps is None else f"{self.shared.rps:g} a second, {how}"
        )
        slots = "unknown" if self.shared.slots is None else self.shared.slots
        return f"<midakit in Spark: slots {slots}, rate {rate}>"


def register(
    spark: Any,
    *,
    rps: float | None = None,
    key: KeyReader | None = None,
    slots: int | None = None,
    broker_port: int | None = 0,
) -> Registration:
    """Teach a session the format `midakit`.

    Args:
        spark: the session.
        rps: requests a second that all tasks together may send; learnt from 429s when it is not known.
        key: called with a project's key, in driver and workers, to read the API key there (a secret
            scope, a mounted file); otherwise it comes from their environment, `MIDA_API_KEY`.
        slots: tasks that run at once; asked of the session, which a Spark Connect client cannot tell,
            nor any where executors come and go.
        broker_port: where the rate broker listens on the driver, when a firewall wants to know; None
            for no broker: the rate is then divided over the slots.

    Project, region and address are those of this process; where workers run does not change them.
    """
    need("pyspark", extra="spark")
    from midakit.engines.spark.sources import MidaSource

    limit = None if rps is None else positive("rps", rps)
    settings = _settings(spark)
    _check(settings)
    broker = None
    if limit is not None and broker_port is not None:
        broker = _open_broker(limit, settings, broker_port)
    shared = Shared(
        rps=limit,
        broker=None if broker is None else _as_seen_by_workers(broker, settings),
        slots=slots or _slots(spark),
        key=key,
        place=Place.of_environment(),
    )
    # a class of this call, so that it is pickled whole, with what this session shares
    spark.dataSource.register(type("MidaSource", (MidaSource,), {"shared": shared}))
    spark.conf.set(PUSHDOWN, "true")
    return Registration(shared, broker)


def _settings(spark: Any) -> dict[str, str]:
    """The application's settings; a Spark Connect client sees but the session's."""
    try:
        return dict(spark.sparkContext.getConf().getAll())
    except Exception:  # Connect has no context, and says so with an error of its own
        return {}


def _check(settings: dict[str, str]) -> None:
    if settings.get("spark.speculation", "false").lower() == "true":
        warnings.warn(
            "spark.speculation is on: a slow task is then run twice, and its requests are sent twice; "
            "rows stay right, but switch it off for reads of a limited API",
            UserWarning,
            stacklevel=3,
        )
    if SHOWN in settings and not re.search(settings.get("spark.redaction.regex", "$^"), SHOWN):
        raise ConfigurationError(
            f"{SHOWN} shows the key to everyone who opens Spark's UI; set MIDA_API_KEY on the nodes, "
            "use a secret of the cluster manager, or register(spark, key=...)"
        )


def _slots(spark: Any) -> int | None:
    try:
        return max(1, int(spark.sparkContext.defaultParallelism))
    except Exception:  # Spark Connect
        return None


def _open_broker(rps: float, settings: dict[str, str], port: int) -> Broker | None:
    if not settings:
        return None
    host = settings.get("spark.driver.bindAddress") or settings.get("spark.driver.host", "")
    if settings.get("spark.master", "").startswith("local"):
        host = "127.0.0.1"
    try:
        return Broker(rps, host=host, port=port)
    except OSError as error:
        log.warning("no rate broker on %s:%s (%s); tasks divide the rate", host, port, error)
        return None


def _as_seen_by_workers(broker: Broker, settings: dict[str, str]) -> Any:
    if settings.get("spark.master", "").startswith("local"):
        return broker.address
    host = settings.get("spark.driver.host", broker.address.host)
    return attrs.evolve(broker.address, host=host)
