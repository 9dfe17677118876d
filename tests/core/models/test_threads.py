"""Threads that decode the same kind of answer for the first time do so side by side."""

import subprocess
import sys

import pytest

PROGRAM = """
import sys, threading
from midakit.core.models.decode import loads
from midakit.mida.models.experiments import ExperimentResponse

sys.setswitchinterval(1e-7)
BODY = b'''{"success": true, "experiment": {"test_id": 1, "variants": [{"variant_id": 1, "name": "A"}],
"configuration": {"traffic_allocation": 100}, "targeting": {}, "primary_goal": {"goal_name": "Buy"}}}'''
together, right = threading.Barrier(8), []

def work():
    together.wait()
    for _ in range(20):
        right.append(loads(ExperimentResponse, BODY).experiment.variants[0].name == "A")

threads = [threading.Thread(target=work) for _ in range(8)]
for one in threads:
    one.start()
for one in threads:
    one.join()
sys.exit(not (all(right) and len(right) == 160))
"""


@pytest.mark.slow
def test_eight_threads_compile_at_once():
    """Without a lock one process of six crashes; twenty processes miss that once in forty runs."""
    codes = [subprocess.run([sys.executable, "-c", PROGRAM], check=False).returncode for _ in range(20)]  # fmt: skip
    assert codes == [0] * 20
