"""Object stores for the tests of this folder, each with a proxy before it."""

from contextlib import ExitStack, suppress
from functools import cache

import pytest

from support import object_stores
from support.account import Account
from support.exports import all_rows, run
from support.object_stores import MOTO, STORES, sql_catalog


@pytest.fixture(scope="session")
def _started():
    """Returns the store of a scheme, which starts when it is first asked for."""
    with suppress(ImportError):
        import pyiceberg.catalog  # noqa: F401  # keeps for ever what the environment says at this moment
    with ExitStack() as stack:
        yield cache(lambda scheme: stack.enter_context(object_stores.started(scheme)))


@pytest.fixture
def store_of(_started, monkeypatch):
    """Returns a store whose proxy passes everything on until it is told otherwise."""

    def store(scheme):
        found = _started(scheme)
        found.tell()
        for name, value in found.settings.items():
            monkeypatch.setenv(name, value)
        return found

    return store


@pytest.fixture(
    params=[*(pytest.param(scheme, marks=marks) for scheme, marks in STORES.items()), MOTO]
)
def proxy(store_of, request):
    """Each of the stores."""
    return store_of(request.param)


@pytest.fixture
def place_of(proxy, monkeypatch, tmp_path):
    """Returns a place of this name in the store; its Iceberg tables have a namespace of their own."""

    def place(name):
        for key, value in sql_catalog(tmp_path, name).items():
            monkeypatch.setenv(key, value)
        return f"{proxy.scheme}://exports/{name}"

    return place


@pytest.fixture(scope="session")
def calm(tmp_path_factory):
    """Returns the rows that an undisturbed run of an account leaves, by table; they are the same in every format."""

    @cache
    def rows_of(count, kinds, end_date):
        place = tmp_path_factory.mktemp("calm")
        run(Account(count).client(), place, kinds=kinds, end_date=end_date)
        return all_rows(place, kinds)

    return rows_of
