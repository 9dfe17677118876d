"""Who is on the account, and what the key may do."""

from attrs import define, field

from midakit.core.models.model import PROMISED, Model, known
from midakit.mida.models._types import Moment, Reply


@define(kw_only=True, repr=False)
class TeamMember(Model):
    """A person on the account."""

    name: str = PROMISED
    """The person's name."""
    email: str = PROMISED
    """The person's e-mail address."""
    role: int = known("Role")
    """0 Owner, 1 Admin, 2 Editor, 3 Viewer; None for an API key."""
    role_label: str = known("RoleLabel")
    """The role in words; None for an API key."""
    can_edit: bool = PROMISED
    """True when changes are allowed; only a Viewer may not make any."""
    status: str = known("MemberStatus")
    """`active`, or `invited` until the person accepts the invitation."""
    membership: str = known("Membership")
    """How the person came to the account: `direct` or `invited member`."""
    last_login_at: Moment | None = None
    """When the person last logged in, or None for never."""
    is_you: bool | None = None
    """True on the caller's own entry; None where the key does not identify a person."""


@define(kw_only=True, repr=False)
class TeamMemberList(Reply):
    """The people on the account."""

    count: int = PROMISED
    """How many people there are."""
    members: list[TeamMember] = field(factory=list)
    """The people."""


@define(kw_only=True, repr=False)
class MyAccess(Reply):
    """What the caller may do; a plain API key has no role."""

    authenticated_as: str = known("Principal")
    """`user` for a person, `project API key` for a key."""
    role: int | None = known("Role")
    """0 Owner, 1 Admin, 2 Editor, 3 Viewer; None for an API key."""
    role_label: str | None = known("RoleLabel")
    """The role in words; None for an API key."""
    can_edit: bool = PROMISED
    """True when changes are allowed; only a Viewer may not make any."""
    note: str = PROMISED
    """What the server adds, as a sentence for people."""
