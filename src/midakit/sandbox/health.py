"""Whether a sandbox answers, for containers that ask from inside; it loads no server."""

import ssl
import urllib.error
import urllib.request

_SECONDS = 2.0


def answers(url: str) -> bool:
    """Ask a sandbox whether it answers requests.

    Args:
        url: Its address; no certificate is checked, because no secret is sent.

    Returns:
        Whether it said so within two seconds.
    """
    trusting = ssl._create_unverified_context()  # noqa: S323 -- as told above
    asked = f"{url.rstrip('/')}/__sandbox__/health"
    try:
        with urllib.request.urlopen(asked, timeout=_SECONDS, context=trusting) as answer:  # noqa: S310 -- asked for by hand
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the answer open
        return False
    except (OSError, ValueError):
        return False
