"""The TLS settings of every connection.

`SSL_CERT_FILE` and `SSL_CERT_DIR` are obeyed, so the certificate of a company needs no code.
"""

import ssl
from functools import cache


@cache
def shared_context() -> ssl.SSLContext:
    """Return the context of the process, which checks certificates and host names."""
    import os

    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
