"""Account: team members and access."""

from typing import Unpack

from midakit.core.call import Call
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.mida import models
from midakit.mida.calls.build import PROJECT, get


@expand_options
def members(**extra: Unpack[ExtraOptions]) -> "Call[models.TeamMemberList]":
    """Return the call that lists the people on the account.

    Args:
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: What `extra_query` or `extra_headers` gives is not a mapping of names to
            values.

    Example:
        call = calls.account.members()
    """
    return get(
        "list_team_members", f"{PROJECT}/account/members", models.TeamMemberList, extra=extra
    )


@expand_options
def my_access(**extra: Unpack[ExtraOptions]) -> "Call[models.MyAccess]":
    """Return the call that asks for the caller's own role.

    Args:
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: What `extra_query` or `extra_headers` gives is not a mapping of names to
            values.

    Example:
        call = calls.account.my_access()
    """
    return get("get_my_access", f"{PROJECT}/account/my-access", models.MyAccess, extra=extra)
