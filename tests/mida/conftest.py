"""What both halves of the client's tests share: a sandbox on a real socket and a client's options."""

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


@pytest.fixture
def visitor(sandbox):
    """The id of a visitor of the project, as its script would know it."""
    return sandbox.state.visits.visitors.texts("uuid").text(0)
