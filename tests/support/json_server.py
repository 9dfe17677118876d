"""Another service's REST API, as far as its lists go: JSON on a real socket."""

import json
import urllib.parse

from support.serving import serving

JSON = {"Content-Type": "application/json"}


def lists(answer):
    """Serve lists.

    Args:
        answer: Called with the path and the query; returns a status and a body.

    Returns:
        A context manager of the address, and the requests that came.
    """

    def as_json(asked):
        parts = urllib.parse.urlsplit(asked.path)
        status, body = answer(parts.path, dict(urllib.parse.parse_qsl(parts.query)))
        return status, JSON, json.dumps(body).encode()

    return serving(as_json)
