"""`midakit events`."""

from typing import Annotated, Any

from cyclopts import App, Parameter

from midakit.ascode.yaml_text import parse
from midakit.cli.input.arguments import Day, EventId, given, need_one
from midakit.cli.input.confirm import confirm
from midakit.cli.output.listings import LIMIT, Everything, Limit, show_pager
from midakit.cli.output.print_answer import done, show
from midakit.cli.output.tables import Column, record
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest

events = App(name="events", help="Events: what visitors did.")

COLUMNS = (
    Column("event_id", "ID", "id"),
    Column("created_at", "Time"),
    Column("event_text", "Event", cut=16),
    Column("event_property", "Properties", cut=24, drop=1),
)
DETAILS = (
    *COLUMNS,
    Column("url", "URL"),
    Column("event_path", "Path"),
    Column("status", "Status"),
)


@events.command(name="list")
def list_events(
    *,
    name: str | None = None,
    start_date: Day = None,
    end_date: Day = None,
    limit: Limit = LIMIT,
    everything: Everything = False,
) -> int:
    """List recorded events, the newest first.

    $ midakit events list --name Purchase --limit 20
    $ midakit events list --start-date 2026-05-01 --all --csv

    Args:
        name: Show only events with this name.
        start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`.
        end_date: The last day, inclusive.
        limit: How many to show at most (default 100).
        everything: Show all of them, without a limit.
    """
    filters = given(event_text=name, start_date=start_date, end_date=end_date)
    with client() as mida:
        return show_pager(
            mida.events.list, COLUMNS, what="events", limit=limit, everything=everything, **filters
        )


@events.command(name="show")
def show_event(event_id: EventId, /) -> None:
    """Show one event.

    $ midakit events show 1

    Args:
        event_id: Id of the event, from `midakit events list`.
    """
    with client() as mida:
        found = mida.events.get(event_id)
    show(found, record(found, DETAILS))


@events.command(name="record")
def record_event(
    name: str,
    /,
    *,
    uuid: str | None = None,
    email: str | None = None,
    id: str | None = None,
    property: Annotated[list[str] | None, Parameter(alias="-p")] = None,
) -> int:
    """Record an event for a visitor that Mida knows, named in one of three ways.

    $ midakit events record paid --email ann@example.com -p total=9 -p currency=EUR

    Args:
        name: Name of the event, as in goals of type `event`.
        uuid: The visitor, by the id that Mida made.
        email: The visitor, by an email address that your site has given to Mida.
        id: The visitor, by your own id that your site has given to Mida.
        property: One property, as NAME=VALUE; repeat the option for more.
    """
    options = given(mida_uuid=uuid, email=email, id=id)
    if len(options) != 1:
        raise InvalidRequest("visitor", "give one of --uuid, --email, --id")
    if property:
        options["properties"] = dict(_property(text) for text in property)
    with client() as mida:
        reply = mida.events.record(name, **options)
    return done(reply, reply.message or f"recorded {name}")


def _property(text: str) -> tuple[str, Any]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise InvalidRequest("property", f"{text!r} is not NAME=VALUE")
    return name, parse(value, "property") if value else ""


@events.command
def update(
    event_id: EventId,
    /,
    *,
    name: str | None = None,
    property: Annotated[list[str] | None, Parameter(alias="-p")] = None,
    url: str | None = None,
) -> int:
    """Correct an event that was recorded.

    $ midakit events update 1 --name paid -p total=9

    Args:
        event_id: Id of the event, from `midakit events list`.
        name: New name of the event.
        property: One property, as NAME=VALUE; repeat the option for more. They replace all stored ones.
        url: New address of the page where it happened.
    """
    changes = given(event_text=name, url=url)
    if property:
        changes["event_property"] = dict(_property(text) for text in property)
    need_one(changes, "--name", "--property", "--url")
    with client() as mida:
        reply = mida.events.update(event_id, **changes)
    return done(reply, f"changed event {event_id}", event_id)


@events.command
def delete(event_id: EventId, /) -> int:
    """Delete an event. It asks first.

    $ midakit events delete 1 --yes

    Args:
        event_id: Id of the event, from `midakit events list`.
    """
    if not confirm(f"this deletes event {event_id}"):
        return 1
    with client() as mida:
        reply = mida.events.delete(event_id)
    return done(reply, f"deleted event {event_id}", event_id)
