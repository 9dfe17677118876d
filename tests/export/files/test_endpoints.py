"""Where an object store stands: what the environment says, and when plain http is allowed."""

import json

import pytest

from midakit import ConfigurationError
from midakit.export.files.endpoints import (
    AZURE_ACCOUNT,
    ENDPOINTS,
    client_options,
    delta_options,
    endpoint,
    iceberg_location,
    store_options,
)

PLACES = {"s3": "s3://bucket/x", "gs": "gs://bucket/x", "az": "az://container/x"}
VARIABLES = [(scheme, name) for scheme, names in ENDPOINTS.items() for name in names]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for _, name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("scheme", "name"), VARIABLES)
def test_each_variable_leads_to_the_stores_of_its_scheme_alone(scheme, name, monkeypatch):
    """And the one that stands first counts."""
    monkeypatch.setenv(name, "https://store.example/")
    for other, place in PLACES.items():
        assert endpoint(place) == ("https://store.example" if other == scheme else "")
    first = ENDPOINTS[scheme][0]
    monkeypatch.setenv(first, "https://first.example")
    assert endpoint(PLACES[scheme]) == "https://first.example"


@pytest.mark.parametrize("scheme", PLACES)
@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://127.0.0.1:9000", True), ("http://localhost:9000", True), ("http://[::1]:9000", True),
        ("http://127.0.0.1.example.com", False), ("http://localhost.example.com:80", False),
        ("http://10.0.0.7", False), ("https://127.0.0.1:9000", False), ("", False),
    ],
)  # fmt: skip
def test_plain_http_is_allowed_on_this_machine_only(scheme, address, allowed, monkeypatch):
    """By the whole name of the host, whatever it begins with."""
    monkeypatch.setenv(ENDPOINTS[scheme][0], address)
    assert client_options(PLACES[scheme]) == ({"allow_http": True} if allowed else {})


def test_an_emulator_of_googles_store_wants_no_signature(monkeypatch):
    """Its variable may leave out the scheme; a store that `GOOGLE_BASE_URL` names has credentials."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:4443")
    account = json.loads(store_options(PLACES["gs"])["google_service_account_key"])
    assert account["gcs_base_url"] == "http://127.0.0.1:4443"
    assert account["disable_oauth"] is True
    assert delta_options(PLACES["gs"]) == {"allow_http": "true", **store_options(PLACES["gs"])}
    assert store_options(PLACES["s3"]) == store_options(PLACES["az"]) == {}
    monkeypatch.setenv("GOOGLE_BASE_URL", "https://storage.example")
    assert store_options(PLACES["gs"]) == {}


def test_an_azure_place_has_the_address_that_engines_know(monkeypatch):
    """With its account, which has to be said; other stores have one address for all."""
    for name in AZURE_ACCOUNT:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigurationError, match="AZURE_STORAGE_ACCOUNT_NAME"):
        iceberg_location("az://box/a/b")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "mine")
    assert iceberg_location("az://box/a/b") == "abfss://box@mine.dfs.core.windows.net/a/b"
    assert iceberg_location("s3://box/a") == "s3://box/a"


def test_files_of_iceberg_tables_are_found_by_their_address():
    """Unless the catalog says something of the store: then pyiceberg's own way counts."""
    pytest.importorskip("pyiceberg", reason="the extra `iceberg` is not installed")
    from midakit.export.files.table_formats.object_files import ObjectFiles

    parse = ObjectFiles.parse_location
    at = "abfss://box@mine.dfs.core.windows.net/a/b.parquet"
    assert parse(at) == ("az", "box", "box/a/b.parquet")
    assert parse(at, {"adls.account-name": "other"})[0] == "abfss"
    assert parse("gs://box/a/b") == ("gs", "box", "box/a/b")
    assert parse("s3://box/a/b") == ("s3", "box", "box/a/b")
