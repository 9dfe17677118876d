"""Answers that depend on nothing but the request and the records, kept until a record is written.

A detail read is then a look-up: 0.6 of the rate of an application that does nothing, in place of 0.3
(`python -m benchmarks.sandbox_server`).
"""

from midakit.sandbox.faults.protocol import Scope, Send
from midakit.sandbox.server.namespace_app import PREFIX
from midakit.sandbox.state.memo import Memo
from midakit.sandbox.state.records import Records

KEPT = frozenset(
    {"get_experiment", "list_experiments", "get_experiment_distribution", "get_goal", "list_goals",
     "get_experiment_preview_urls", "get_experiment_share_link", "get_experiment_discussion",
     "get_project", "list_projects", "get_project_configuration", "list_team_members",
     "get_my_access", "list_exclusion_groups"}
)  # fmt: skip
"""Reads that neither the clock nor a visit has a part in."""
_HEADERS = frozenset({b"authorization", b"x-api-key", b"api-key", b"x-sandbox-user", b"host"})
_ANSWERS = 1024


class KeptAnswers:
    """The bodies of good answers to reads of records.

    Args:
        records: What they are read from.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._bodies: Memo[bytes] = Memo(_ANSWERS)

    async def send(self, scope: Scope, send: Send) -> bool:
        """Send the answer to a request, if it is known.

        Args:
            scope: The ASGI scope of the request.
            send: The ASGI `send`.

        Returns:
            Whether it was sent.
        """
        body = self._bodies.get(_key(scope), self._records.version)
        if body is None:
            return False
        await send_json(send, body)
        return True

    def keep(self, scope: Scope, version: int, body: bytes) -> None:
        """Keep an answer.

        Args:
            scope: The ASGI scope of the request.
            version: The version of the records before they were read.
            body: The answer.
        """
        self._bodies.put(_key(scope), body, version)


async def send_json(send: Send, body: bytes) -> None:
    """Send a good answer.

    Args:
        send: The ASGI `send`.
        body: The JSON text.
    """
    length = str(len(body)).encode()
    headers = [(b"content-length", length), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _key(scope: Scope) -> tuple[object, ...]:
    """Return all that a kept answer depends on, apart from the records."""
    sent = [pair for pair in scope["headers"] if pair[0] in _HEADERS]
    return scope.get(PREFIX), scope["path"], scope["query_string"], scope["scheme"], *sent
