import pytest

from support.sandbox_data import Sandboxed


@pytest.fixture(scope="session")
def sandboxed():
    """The reference data set, loaded once; tests that write make their own."""
    loaded = Sandboxed()
    yield loaded
    loaded.visits.close()
