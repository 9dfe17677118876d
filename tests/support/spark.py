"""A real local Spark, where there is one: marks for its tests, and sessions that end with all they began."""

import atexit
import contextlib
import functools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

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

# small queries, each run once: what a longer compilation would gain is never earned back
JAVA = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData"
    " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
CLUSTER = "local-cluster[2,2,512]"
"""Two executors of two cores, each a Java of its own with Python workers of its own."""

SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.port": "0",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "1g",
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.executor.memory": "512m",
    "spark.task.maxFailures": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


@functools.cache
def home():
    """Spark's folder without its copy of pyspark in a zip.

    Every Python process of Spark would compile that copy anew: it starts five times faster with the
    installed package, which is compiled already.
    """
    folder = Path(tempfile.mkdtemp(prefix="spark-home-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    installed = Path(find_spec("pyspark").submodule_search_locations[0])
    for name in ("bin", "jars"):
        (folder / name).symlink_to(installed / name)
    return str(folder)


def of_program():
    """The environment in which a program with a session of its own uses the same settings."""
    if MISSING:
        return {}
    settings = {**SETTINGS, "spark.log.level": "ERROR", "spark.ui.enabled": "false"}
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    return {"PYSPARK_SUBMIT_ARGS": shlex.join([*words, "pyspark-shell"]), "SPARK_HOME": home()}


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
        **({} if MISSING else {"SPARK_HOME": home()}),
    }


def start(master=CLUSTER, **settings):
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


def session(master, **settings):
    """A session of a program: on a cluster, or through Spark Connect where the master begins so."""
    if not master.startswith("connect:"):
        return start(master, **{"spark.ui.enabled": "false", **settings})
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.remote(master.removeprefix("connect:"))
    for name, value in {**SETTINGS, **settings}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def until(true, seconds=600):
    """Wait for it, or fail."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def end():
    """Stop the session there is, and its Java, so that the next one starts with its own environment."""
    from pyspark import SparkContext

    if SparkContext._active_spark_context is not None:
        SparkContext._active_spark_context.stop()
    gateway, SparkContext._gateway, SparkContext._jvm = SparkContext._gateway, None, None
    if gateway is not None:
        _end(gateway)


def _end(gateway):
    """Close the connection to a Java, and wait until it is gone."""
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(300)


@contextlib.contextmanager
def one_java(surroundings):
    """Java for programs that run one after the other; yields the variables that lead them to it."""
    from pyspark.java_gateway import launch_gateway

    with environment(**surroundings):
        gateway = launch_gateway()
    at = gateway.java_parameters
    try:
        yield {"PYSPARK_GATEWAY_PORT": str(at.port), "PYSPARK_GATEWAY_SECRET": at.auth_token}
    finally:
        _end(gateway)


@contextlib.contextmanager
def standalone(folder, workers=("127.0.0.1", "127.0.0.2"), cores=2):
    """A cluster of its own: a master, and a worker on each of these addresses; its URL."""
    environment = {**os.environ, "SPARK_HOME": home(), "SPARK_LOG_DIR": str(folder)}

    def launched(kind, host, *arguments):
        log = folder / f"{kind}-{host}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [f"{home()}/bin/spark-class", f"org.apache.spark.deploy.{kind.lower()}.{kind}",
                 "--host", host, "--port", "0", "--webui-port", "0", *arguments],
                env={**environment, "SPARK_LOCAL_IP": host, "SPARK_DAEMON_MEMORY": "256m",
                     "SPARK_DAEMON_JAVA_OPTS": JAVA},
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        running.append(process)
        return log

    running = []
    try:
        url = said(launched("Master", "127.0.0.1"), r"(spark://127\.0\.0\.1:\d+)")
        of_workers = []
        for number, host in enumerate(workers):
            place = ("--work-dir", str(folder / f"work-{number}"))
            of_workers.append(
                launched("Worker", host, "--cores", str(cores), "--memory", "1g", *place, url)
            )
        for log in of_workers:
            said(log, "(Successfully registered with master)")
        yield url
    finally:
        for process in reversed(running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def said(log, pattern, seconds=300):
    """What a program has said, as soon as it has; it fails when the program never does."""
    deadline = time.monotonic() + seconds
    while (found := re.search(pattern, log.read_text())) is None:
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        time.sleep(0.1)
    return found[1]
