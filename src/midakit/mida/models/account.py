"""Who is on the account, and what the key may do."""

from midakit.core.models.model import Model, known, model
from midakit.mida.models import vocabulary
from midakit.mida.models._types import Moment


@model
class TeamMember(Model):
    """A person on the account."""

    name: str | None = None
    email: str | None = None
    role: int | None = known(vocabulary.Role)
    role_label: str | None = known(vocabulary.RoleLabel)
    can_edit: bool | None = None
    status: str | None = known(vocabulary.MemberStatus)
    membership: str | None = known(vocabulary.Membership)
    last_login_at: Moment | None = None
    is_you: bool | None = None


@model
class TeamMemberList(Model):
    """The people on the account."""

    success: bool | None = None
    count: int | None = None
    members: list[TeamMember] | None = None


@model
class MyAccess(Model):
    """What the caller may do; a plain API key has no role."""

    success: bool | None = None
    authenticated_as: str | None = known(vocabulary.Principal)
    role: int | None = known(vocabulary.Role)
    role_label: str | None = known(vocabulary.RoleLabel)
    can_edit: bool | None = None
    note: str | None = None
