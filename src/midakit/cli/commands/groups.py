"""`midakit groups`."""

from typing import Any

from cyclopts import App

from midakit.cli.input.arguments import GroupId, given, need_one
from midakit.cli.input.confirm import confirm
from midakit.cli.output.print_answer import done, show_list
from midakit.cli.output.tables import Column
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest

groups = App(name="groups", help="Exclusion groups: experiments that do not share visitors.")

COLUMNS = (
    Column("group_id", "ID", "id"),
    Column("name", "Group", cut=16),
    Column("members", "Experiments", wrap=True),
    Column("description", "Description", cut=16, drop=1),
)


@groups.command(name="list")
def list_groups() -> None:
    """List the project's groups and their experiments.

    $ midakit groups list
    """
    with client() as mida:
        found = mida.exclusion_groups.list()
    show_list([_GroupRow(one) for one in found.groups], COLUMNS, empty="no exclusion groups")


class _GroupRow:
    """A group as one row of a table, and as it came in JSON."""

    def __init__(self, group: Any) -> None:
        self.group_id, self.name, self.description = group.group_id, group.name, group.description
        self.members = [
            f"{one.test_id}" + (f":{one.percent:g}" if one.percent is not None else "")
            for one in group.tests
        ]
        self.to_dict = group.to_dict


@groups.command
def create(
    name: str,
    /,
    *members: str,
    description: str | None = None,
) -> int:
    """Make experiments exclude each other; without shares they share evenly.

    $ midakit groups create Checkout 1001 1002
    $ midakit groups create Checkout 1001:60 1002:40 --description "Same button"

    Args:
        name: Name of the group, as the dashboard shows it.
        members: Ids of experiments (1001 1002), or ids with percentages (1001:60 1002:40).
        description: Why these experiments must not share visitors.
    """
    with client() as mida:
        made = mida.exclusion_groups.create(
            name, _members(members), **given(description=description)
        )
        number = made.group_id or _newest(mida, name)
    return done(made, f"created group {name}" + (f" ({number})" if number else ""), number)


def _newest(mida: Any, name: str) -> int | None:
    """Find the id of a group just made, which the reply does not say."""
    found = mida.exclusion_groups.list().groups
    return max((one.group_id for one in found if one.name == name and one.group_id), default=None)


@groups.command
def update(
    group_id: GroupId,
    /,
    *members: str,
    name: str | None = None,
    description: str | None = None,
) -> int:
    """Rename a group, or replace its whole membership.

    $ midakit groups update 42 --name "Checkout page"
    $ midakit groups update 42 1001:50 1002:30 1003:20

    Args:
        group_id: Id of the group, from `midakit groups list`.
        members: Ids of experiments (1001 1002), or ids with percentages (1001:60 1002:40).
        name: New name, as the dashboard shows it.
        description: Why these experiments must not share visitors.
    """
    changes = given(name=name, description=description)
    if members:
        changes["tests"] = _members(members)
    need_one(changes, "MEMBERS", "--name", "--description")
    with client() as mida:
        reply = mida.exclusion_groups.update(group_id, **changes)
    return done(reply, f"changed group {group_id}", group_id)


@groups.command
def add(group_id: GroupId, /, *members: int) -> int:
    """Add experiments to a group; all then share evenly.

    $ midakit groups add 42 1003

    Args:
        group_id: Id of the group, from `midakit groups list`.
        members: Ids of the experiments to add.
    """
    with client() as mida:
        reply = mida.exclusion_groups.add_tests(group_id, members)
    held = ", ".join(str(one.test_id) for one in reply.tests)
    return done(reply, f"group {group_id} has {held}", group_id)


@groups.command
def delete(group_id: GroupId, /) -> int:
    """Delete a group; its experiments keep running. It asks first.

    $ midakit groups delete 42 --yes

    Args:
        group_id: Id of the group, from `midakit groups list`.
    """
    if not confirm(f"this deletes group {group_id}: its experiments will share visitors"):
        return 1
    with client() as mida:
        reply = mida.exclusion_groups.delete(group_id)
    return done(reply, f"deleted group {group_id}", group_id)


def _members(texts: tuple[str, ...]) -> list[Any]:
    """`1001` or `1001:60`."""
    found: list[Any] = []
    for text in texts:
        test, sign, percent = text.partition(":")
        try:
            found.append({"test_id": int(test), "percent": float(percent)} if sign else int(test))
        except ValueError:
            raise InvalidRequest("tests", f"{text!r} is not ID or ID:PERCENT") from None
    return found
