"""What the core needs to know about Mida: addresses, the key, how refusals read (pure)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from midakit.core.secret import Secret
from midakit.core.service import Refusal, Service
from midakit.core.wire.messages import Origin, Response
from midakit.errors import ConfigurationError
from midakit.mida.auth import headers

if TYPE_CHECKING:
    from midakit.core.call import Call

HINTS = {
    401: "check the API key and the region: a key of one region is unknown in the other",
    406: "the project has a goal with this goal_key; after an automatic repeat it may be the one just made",
    409: "the experiment's state does not allow it; read its status first",
    429: "lower max_concurrency, or raise retry",
}


NOT_FOUND = {
    "experiment": (
        "Listings show the whole account, so a listed id may belong to another project; "
        "project(key) picks one"
    ),
    "project": "check the project key: projects.list() shows the keys of the account",
}
"""Hints of a 404, by the first of these words in its message."""


class MidaService(Service):
    """One project of one account in one region."""

    name = "mida"
    values_after: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "project": ("project_key",),
        "experiment": ("test_id",),
        "discussion": ("comment_id",),
        "campaigns": ("campaign_id",),
        "exclusion-groups": ("group_id",),
        "event": ("event_id",),
        "goal": ("goal_profile_id",),
    }

    def __init__(
        self, origin: Origin, prefix: str, key: Secret, auth: str, project_key: str | None
    ) -> None:
        if project_key is not None and not isinstance(project_key, str):
            raise ConfigurationError(
                f"project_key: {project_key!r} is not text", setting="project_key"
            )
        super().__init__(
            origin=origin,
            prefix=prefix,
            headers=headers(origin, key, auth),
            scope={"project_key": project_key} if project_key else {},
            secrets=(key,),
        )

    def check(self, call: "Call[Any]") -> None:
        """Refuse a call that leaves its project open when the client has no project.

        Args:
            call: The call about to be sent.

        Raises:
            ConfigurationError: The client has no `project_key`.
        """
        if "{project_key}" in call.path and not self.scope:
            raise ConfigurationError(
                "project_key: not set; pass project_key=, set MIDA_PROJECT_KEY, or use project(key)",
                setting="project_key",
            )

    def refusal(self, status: int, body: Any, response: Response) -> Refusal:
        """Read a refusal: `{"error": ...}`, where the error may be text, an object, or not JSON at all.

        Args:
            status: The HTTP status.
            body: The body as JSON value, or as text where it is no JSON.
            response: The whole response, for its headers.
        """
        message = _message(body) or f"no message ({len(response.body)} bytes)"
        request_id = response.header("x-request-id") or response.header("request-id")
        limit = status == 403 and _speaks_of_a_limit(message)
        hint = HINTS.get(status)
        if limit:
            hint = "stop a live experiment or delete a goal, or change the plan"
        elif status == 404:
            found = (text for word, text in NOT_FOUND.items() if word in message.lower())
            hint = next(
                found, "it is deleted, or belongs to another project; project(key) picks one"
            )
        return Refusal(message, request_id, hint=hint, limit_reached=limit)


def _message(body: Any) -> str:
    if isinstance(body, dict):
        error = body.get("error", body.get("message"))
        if isinstance(error, dict):
            error = error.get("message") or error
        return str(error or "")[:500]
    text = str(body).strip()
    if text.lower().startswith(("<!doctype", "<html")):
        return "an HTML page instead of JSON"
    return text[:500]


def _speaks_of_a_limit(message: str) -> bool:
    words = message.lower()
    return any(word in words for word in ("limit", "upgrade", "maximum", "plan"))
