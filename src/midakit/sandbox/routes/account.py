"""The people on the account, and the caller's own role."""

from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer

ROLES = ("Owner", "Admin", "Editor", "Viewer")
_VIEWER = 3
_NOTES = {
    True: "Can view and change experiments, goals, events and settings on this project.",
    False: "Can view this project but not change it.",
}


def list_team_members(state: SandboxState, request: ApiRequest) -> Answer:
    """List everyone, with roles; `is_you` only where the connection names a person.

    Args:
        state: What the sandbox holds.
        request: The checked request.

    Returns:
        The members.
    """
    members = []
    for stored in state.records.find_all("member", company=request.company_id):
        role = stored["role"]
        member = {**stored, "role_label": ROLES[role], "can_edit": role != _VIEWER}
        if request.person and request.person["email"] == stored["email"]:
            member["is_you"] = True
        members.append(member)
    return {"count": len(members), "members": members}


def get_my_access(_: SandboxState, request: ApiRequest) -> Answer:
    """Return the role of the person; an API key has none and may edit.

    Args:
        _: Not used.
        request: The checked request.

    Returns:
        The role and what it allows.
    """
    if request.person is None:
        return {
            "authenticated_as": "project API key",
            "role": None,
            "role_label": None,
            "can_edit": True,
            "note": "An API key acts on the project directly and has no person attached, so it "
            "has no team role. Team roles apply to people signed in to the dashboard or "
            "connected over MCP.",
        }
    role = request.person["role"]
    return {
        "authenticated_as": "user",
        "role": role,
        "role_label": ROLES[role],
        "can_edit": role != _VIEWER,
        "note": _NOTES[role != _VIEWER],
    }
