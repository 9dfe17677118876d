"""Settings of the whole suite."""

import os

from hypothesis import HealthCheck, settings

# Machines are shared: a slow example is no failure. On CI the examples are the same every time.
settings.register_profile(
    "midakit",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("midakit")

# Hundreds of tests start a Python process: each finds the package compiled, and none loads the plugins
# that a pytest on a page of the docs would find here.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTEST_ADDOPTS", "-p no:schemathesis -p no:faker")
