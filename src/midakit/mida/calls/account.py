"""Account: team members and access."""

from midakit.core.call import Call
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, get


def members() -> "Call[models.TeamMemberList]":
    """Return the call that lists the people on the account."""
    return get("list_team_members", f"{PROJECT}/account/members", models.TeamMemberList)


def my_access() -> "Call[models.MyAccess]":
    """Return the call that asks for the caller's own role."""
    return get("get_my_access", f"{PROJECT}/account/my-access", models.MyAccess)
