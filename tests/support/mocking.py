"""What tests under a mock share: an address, options without waits, and answers."""

import httpx

from midakit.core.retry import Retry

OPTIONS = {"api_key": "key", "project_key": "p", "region": "us", "retry": Retry(base=0.0)}
API = "https://api-us.mida.so/v2/project/p"
SEVEN = f"{API}/experiment/7"
NUMBER = r"/experiment/(?P<number>\d+)$"
"""The path of any experiment, for `path__regex`."""


def experiment(test_id):
    """The body of an experiment."""
    return {"success": True, "experiment": {"test_id": test_id, "test_name": f"Number {test_id}"}}


def answer(test_id=7):
    """A new response with an experiment."""
    return httpx.Response(200, json=experiment(test_id))


def listing(request):
    """Answer like a listing of 45 experiments: the page that was asked for."""
    limit = int(request.url.params["limit"])
    start = int(request.url.params.get("offset", 0))
    found = [{"test_id": one} for one in range(1, 46)][start : start + limit]
    return httpx.Response(200, json={"success": True, "count": len(found), "experiments": found})
