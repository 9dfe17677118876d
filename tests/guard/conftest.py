"""A sandbox on a real socket."""

import pytest

from midakit import Mida
from midakit.guard import Guard


@pytest.fixture
def options(mida_sandbox):
    """What `AsyncMida(**options)` and `Mida(**options)` take."""
    return {
        "api_key": mida_sandbox.api_key,
        "project_key": mida_sandbox.project_key,
        "base_url": mida_sandbox.base_url,
    }


@pytest.fixture
def look_beside(options):
    """A second guard's look: `look_beside(state, channels, now)`."""

    def look(state, channels, now):
        with Mida(**options) as mida:
            return Guard(mida, state, channels).look(now)

    return look
