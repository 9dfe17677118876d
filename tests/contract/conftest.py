"""A sandbox with something to read for every question."""

import pytest

from midakit import Mida


@pytest.fixture
def sandbox(mida_sandbox):
    with Mida(mida_sandbox.api_key, project_key=mida_sandbox.project_key,
              base_url=mida_sandbox.base_url) as mida:  # fmt: skip
        mida.exclusion_groups.create("Checkout", [1001, 1003])
    return mida_sandbox


@pytest.fixture
def options(sandbox):
    """What `AsyncMida(**options)` and `Mida(**options)` take."""
    return {
        "api_key": sandbox.api_key,
        "project_key": sandbox.project_key,
        "base_url": sandbox.base_url,
    }
