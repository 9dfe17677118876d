"""Object stores for the tests of this folder, each with a proxy before it."""

import pytest

from support import object_stores

STORES = ["s3", *(pytest.param(name, marks=pytest.mark.slow) for name in ("gs", "az"))]


@pytest.fixture(scope="session", params=STORES)
def _object_store(request):
    with object_stores.started(request.param) as store:
        yield store


@pytest.fixture
def proxy(_object_store, monkeypatch):
    """An object store whose proxy passes everything on until it is told otherwise."""
    _object_store.tell()
    for name, value in _object_store.settings.items():
        monkeypatch.setenv(name, value)
    return _object_store


@pytest.fixture
def place_of(proxy, monkeypatch, tmp_path):
    """Returns a place of this name in the store; its Iceberg tables have a namespace of their own."""

    def place(name):
        for key, value in proxy.catalog(tmp_path, name).items():
            monkeypatch.setenv(key, value)
        return f"{proxy.scheme}://exports/{name}"

    return place
