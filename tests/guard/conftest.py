"""A sandbox on a real socket."""

import pytest


@pytest.fixture
def options(mida_sandbox):
    """What `AsyncMida(**options)` and `Mida(**options)` take."""
    return {
        "api_key": mida_sandbox.api_key,
        "project_key": mida_sandbox.project_key,
        "base_url": mida_sandbox.base_url,
    }
