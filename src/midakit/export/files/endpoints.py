"""Object stores at an address of their own, as the environment says it: emulators, and stores of others."""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from midakit.errors import ConfigurationError

ENDPOINTS: Mapping[str, tuple[str, ...]] = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL", "STORAGE_EMULATOR_HOST"),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
"""Scheme -> variables that name the address; the first one that is set counts."""
AZURE_ACCOUNT = ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT")
LOCAL = ("127.0.0.1", "localhost", "::1")


def endpoint(url: str) -> str:
    """Return the address of a place's store as the environment says it; empty for the cloud's own.

    Args:
        url: The URL of the place.
    """
    names = ENDPOINTS[urlsplit(url).scheme]
    found = next((os.environ[name] for name in names if os.environ.get(name)), "")
    if found and "://" not in found:  # as STORAGE_EMULATOR_HOST usually is
        found = f"http://{found}"
    return found.rstrip("/")


def client_options(url: str) -> dict[str, Any]:
    """Return what obstore's client is to know: plain http is for a store on this machine only.

    Args:
        url: The URL of the place.
    """
    address = urlsplit(endpoint(url))
    return {"allow_http": True} if address.scheme == "http" and address.hostname in LOCAL else {}


def store_options(url: str) -> dict[str, str]:
    """Return what obstore and deltalake do not read from the environment themselves.

    An emulator of Google's store, which `STORAGE_EMULATOR_HOST` names, wants no signature: the key of a
    service account says so, in a form that both libraries understand.

    Args:
        url: The URL of the place.
    """
    if not url.startswith("gs://") or not endpoint(url) or os.environ.get("GOOGLE_BASE_URL"):
        return {}
    account = {"gcs_base_url": endpoint(url), "disable_oauth": True, "client_email": "",
               "private_key": "", "private_key_id": ""}  # fmt: skip
    return {"google_service_account_key": json.dumps(account)}


def delta_options(url: str) -> dict[str, str]:
    """Return what deltalake is to know of the object store.

    Args:
        url: The URL of the place.
    """
    return dict.fromkeys(client_options(url), "true") | store_options(url)


def iceberg_location(url: str) -> str:
    """Return how engines name a place: that of an Azure store with its account.

    Args:
        url: The URL of the place.

    Raises:
        ConfigurationError: The account of an Azure store is not said.
    """
    if not url.startswith("az://"):
        return url
    account = next((os.environ[name] for name in AZURE_ACCOUNT if os.environ.get(name)), "")
    if not account:
        raise ConfigurationError(
            f"{url}: an Iceberg table names its account: set {AZURE_ACCOUNT[0]}",
            setting=AZURE_ACCOUNT[0],
        )
    container, _, path = url.removeprefix("az://").partition("/")
    return f"abfss://{container}@{account}.dfs.core.windows.net/{path}"
