"""Team members and access."""

from datetime import datetime

from midakit.core.model import Model, known, model
from midakit.mida.models.vocabulary import MemberStatus, RoleLabel


@model
class TeamMember(Model):
    """A person on the account; role 0 Owner, 1 Admin, 2 Editor, 3 Viewer."""

    name: str | None = None
    email: str | None = None
    role: int | None = None
    role_label: str | None = known(RoleLabel)
    can_edit: bool | None = None
    status: str | None = known(MemberStatus)
    membership: str | None = None
    last_login_at: datetime | None = None
    is_you: bool | None = None


@model
class TeamMemberList(Model):
    """The people on the account."""

    success: bool | None = None
    count: int | None = None
    members: list[TeamMember] | None = None


@model
class MyAccess(Model):
    """The caller's role; null for a plain API key, which may edit all the same."""

    success: bool | None = None
    authenticated_as: str | None = None
    role: int | None = None
    role_label: str | None = known(RoleLabel)
    can_edit: bool | None = None
    note: str | None = None
