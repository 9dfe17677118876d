"""Object stores at an address of their own, as on this machine: what the environment says about it."""

import os
from typing import Any

LOCAL = ("http://127.0.0.1", "http://localhost", "http://[::1]")


def client_options(url: str) -> dict[str, Any]:
    """Return what obstore's client is to know: plain http is for a store on this machine only.

    Args:
        url: The URL of the place.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", ""))
    return {"allow_http": True} if endpoint.startswith(LOCAL) and url.startswith("s3://") else {}


def delta_options(url: str) -> dict[str, str]:
    """Return what deltalake is to know of the object store.

    Args:
        url: The URL of the place.
    """
    return dict.fromkeys(client_options(url), "true")
