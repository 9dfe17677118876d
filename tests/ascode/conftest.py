"""A sandbox on a real socket, for folders of files."""

import pytest


@pytest.fixture
def sandbox(mida_sandbox):
    return mida_sandbox


@pytest.fixture
def options(sandbox):
    """What `AsyncMida(**options)` and `Mida(**options)` take."""
    return {
        "api_key": sandbox.api_key,
        "project_key": sandbox.project_key,
        "base_url": sandbox.base_url,
    }
