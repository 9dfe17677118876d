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
