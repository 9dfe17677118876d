"""A real local Spark, where there is one: marks for its tests, and sessions that end with all they began."""

import contextlib
import os
import shlex
import shutil
import sys
import warnings
from importlib.util import find_spec

import pytest

if find_spec("pyspark") is None:
    MISSING = "pyspark is not installed (the extra `spark`)"
elif shutil.which("java") is None:
    MISSING = "Java is not installed"
else:
    MISSING = ""

MARKS = [
    pytest.mark.spark,
    pytest.mark.xdist_group("spark"),  # one machine has room for one of these at a time
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.port": "0",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "1g",
    # small queries, each run once: what a longer compilation would gain is never earned back
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def submit_arguments():
    """What makes a program with a session of its own use the same settings."""
    settings = {**SETTINGS, "spark.log.level": "ERROR"}
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    return shlex.join([*words, "pyspark-shell"])


@contextlib.contextmanager
def environment(**variables):
    """Variables that Spark's processes inherit when they start."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def of_sandbox(sandbox):
    """The environment in which Spark's workers find the sandbox."""
    return {
        "MIDA_API_KEY": sandbox.api_key,
        "MIDA_PROJECT_KEY": sandbox.project_key,
        "MIDA_BASE_URL": sandbox.base_url,
        "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",  # its pages too
    }


def start(master="local[4,3]", **settings):
    """A session of its own."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("midakit tests")
    for name, value in {**SETTINGS, **settings}.items():
        builder = builder.config(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark about pandas, Java about names of hosts
        spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def end():
    """Stop the session there is, and its Java, so that the next one starts with its own environment."""
    from pyspark import SparkContext

    if SparkContext._active_spark_context is not None:
        SparkContext._active_spark_context.stop()
    gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
    if gateway is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(300)
