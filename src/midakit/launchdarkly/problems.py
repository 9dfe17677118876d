"""A LaunchDarkly error body -> what the core's errors carry (pure)."""

from typing import Any

from midakit.core.service import Refusal

HINTS = {
    401: (
        "the access token is wrong or lacks the permission; it goes without `Bearer`, "
        "and SDK and mobile keys are not accepted"
    ),
    403: "beta resources need api_version='beta'; otherwise the token's role does not allow it",
    404: "check the project key, the metric key and the instance (commercial, eu, federal)",
    409: "LaunchDarkly asks to send it again",
    429: "lower max_concurrency, or raise retry",
}


def refusal(status: int, body: Any, request_id: str | None = None) -> Refusal:
    """Return what an error body says; any part may be missing, and the body need not be JSON.

    Args:
        status: The HTTP status of the answer.
        body: The body, parsed where it was JSON.
        request_id: The id of the request, for when the body names none.
    """
    found = body if isinstance(body, dict) else {}
    message = _text(found.get("message")) or _text(body if not found else None)
    if message.lower().startswith(("<!doctype", "<html")):
        message = "an HTML page instead of JSON"
    return Refusal(
        message[:500] or "no message",
        _text(found.get("id")) or request_id,
        code=_text(found.get("code")) or None,
        hint=HINTS.get(status),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
