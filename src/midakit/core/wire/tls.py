"""One TLS context for every connection of the process, made on first use.

`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured, so a corporate CA needs no code.
"""

import ssl
from functools import cache


@cache
def shared_context() -> ssl.SSLContext:
    """Certificates are checked, names too."""
    import os

    if os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR"):
        return ssl.create_default_context()
    import certifi

    return ssl.create_default_context(cafile=certifi.where())
