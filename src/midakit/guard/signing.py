"""Signatures of webhooks, as Standard Webhooks says (pure)."""

import base64
import binascii
import hashlib
import hmac

from midakit.core.secret import Secret
from midakit.errors import ConfigurationError


def headers(message_id: str, seconds: int, body: bytes, secret: Secret) -> dict[str, str]:
    """Return the headers that let a receiver check who sent a message, and see a repeat.

    Args:
        message_id: The same at every repeat.
        seconds: The present as seconds since 1970.
        body: What is sent.
        secret: `whsec_` and the key in base64.

    Raises:
        ConfigurationError: The secret is not one.
    """
    signed = f"{message_id}.{seconds}.".encode() + body
    digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def _key(secret: Secret) -> bytes:
    try:
        key = base64.b64decode(secret.reveal().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:  # an empty key signs too, and so could anybody
        raise ConfigurationError("webhook secret: must be base64, with or without whsec_")
    return key
