"""Events: what visitors did, beyond what the site script sees."""

from typing import Unpack

from midakit.core._async.paging import AsyncPager
from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.pages import PagingOptions
from midakit.mida import calls, models
from midakit.mida._async.resource import AsyncResource
from midakit.mida.fields import EventChanges, EventQuery, NewEvent


class EventListing(EventQuery, PagingOptions, total=False):
    """Options of `events.list`."""


class AsyncEvents(AsyncResource):
    """Custom visitor events: `mida.events`."""

    __slots__ = ()

    @expand_options
    def list(
        self, *, page_size: int = 50, **options: Unpack[EventListing]
    ) -> "AsyncPager[models.Event]":
        """List the events that were recorded.

        Args:
            page_size: Events per request, up to 500.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            event_text: Only events with this name.
            start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
            end_date: The last day, inclusive.
            max_items: Stop after so many items; None means all.
            start_offset: How many items to leave out before the first one.
            prefetch: How many pages beyond the next one are fetched together with it.
            overlap: How many rows neighbouring pages share, so that a listing that changes meanwhile is
                noticed and read again where it changed; exports use 1.

        Returns:
            A pager: iterate it for events.

        Raises:
            InvalidRequest: A number or a day is out of its bounds.

        Example:
            async for event in mida.events.list(event_text="Purchase", start_date="2026-05-01"):
                print(event.event_id, event.created_at)
        """
        return self._pager(
            calls.events.list, options, EventQuery, items="events", key="event_id", page_size=page_size
        )  # fmt: skip

    @expand_options
    async def record(self, event_name: str, **fields: Unpack[NewEvent]) -> "models.RecordedEvent":
        """Record an event for a visitor that Mida knows, by one identifier.

        It is never repeated automatically, because a repeat would count twice.

        Args:
            event_name: What the visitor did.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            mida_uuid: The visitor, by the id that Mida made.
            email: The visitor, by an address that the site has given to Mida.
            id: The visitor, by your own id that the site has given to Mida.
            properties: Details of the event, such as `revenue`; goals and `event_where` compare them.

        Raises:
            BadRequest: Mida does not know the visitor.
            InvalidRequest: The name is empty, or not exactly one field says who the visitor is.

        Example:
            from midakit import BadRequest

            try:
                await mida.events.record("purchase", email="ana@example.com")
            except BadRequest as error:
                print(error.message)
        """
        return await self._client.send(calls.events.record(event_name, **taken(fields)))

    @expand_options
    async def get(
        self, event_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.EventDetails":
        """Read one event by its id.

        Args:
            event_id: The event's `event_id`, as `events.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such event.

        Example:
            event = await mida.events.get(2428)
            print(event.event_text, event.event_property)
        """
        return await self._client.send(calls.events.get(event_id, **taken(extra)))

    @expand_options
    async def update(
        self, event_id: int | str, **fields: Unpack[EventChanges]
    ) -> "models.UpdatedEvent":
        """Update fields of an event.

        Args:
            event_id: The event's `event_id`, as `events.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            event_text: New name of the event, which goals match.
            event_property: All properties: they replace the stored ones.
            url: The page of the event.
            event_path: The path of that page.
            session: The session that the event belongs to.
            status: 1 is active, 2 deletes the event.

        Raises:
            InvalidRequest: No field was given.
            NotFound: The project has no such event.

        Example:
            await mida.events.update(2428, event_text="purchase")
        """
        return await self._client.send(calls.events.update(event_id, **taken(fields)))

    @expand_options
    async def delete(
        self, event_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.DeletedEvent":
        """Delete an event; its row stays, marked as deleted.

        Args:
            event_id: The event's `event_id`, as `events.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such event.

        Example:
            await mida.events.delete(2428)
        """
        return await self._client.send(calls.events.delete(event_id, **taken(extra)))
