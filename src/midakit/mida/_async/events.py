"""Events: what visitors did, beyond what the site script sees."""

from typing import TYPE_CHECKING, Any

from midakit.core._async.paging import AsyncPager
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from midakit.mida.models import DeletedEvent, Event, EventDetails, RecordedEvent, UpdatedEvent


class AsyncEvents(AsyncResource):
    """`mida.events`."""

    __slots__ = ()

    def list(
        self,
        *,
        event_text: str | Unset = UNSET,
        start_date: "date | str | Unset" = UNSET,
        end_date: "date | str | Unset" = UNSET,
        page_size: int = 50,
        max_items: int | None = None,
        start_offset: int = 0,
        prefetch: int = 0,
        overlap: int = 0,
    ) -> "AsyncPager[Event]":
        """Recorded events, of one name or one span of days if asked."""
        return self._pager(
            lambda limit, offset: calls.events.list(
                limit=limit,
                offset=offset,
                event_text=event_text,
                start_date=start_date,
                end_date=end_date,
            ),
            items="events",
            key="event_id",
            page_size=page_size,
            max_items=max_items,
            start_offset=start_offset,
            prefetch=prefetch,
            overlap=overlap,
        )

    async def record(
        self,
        event_name: str,
        *,
        mida_uuid: str | Unset = UNSET,
        email: str | Unset = UNSET,
        id: str | Unset = UNSET,
        properties: "Mapping[str, Any] | Unset" = UNSET,
    ) -> "RecordedEvent":
        """Record an event for a visitor already known to Mida, by one identifier.

        It is never repeated automatically: a repeat would count twice.
        """
        return await self._client.send(
            calls.events.record(
                event_name, mida_uuid=mida_uuid, email=email, id=id, properties=properties
            )
        )

    async def get(self, event_id: int | str) -> "EventDetails":
        """One event."""
        return await self._client.send(calls.events.get(event_id))

    async def update(
        self,
        event_id: int | str,
        *,
        event_text: str | Unset = UNSET,
        event_property: "Mapping[str, Any] | str | Unset" = UNSET,
        url: str | Unset = UNSET,
        event_path: str | Unset = UNSET,
        session: str | Unset = UNSET,
        status: int | Unset = UNSET,
    ) -> "UpdatedEvent":
        """Change fields of an event; `event_property` replaces the metadata."""
        return await self._client.send(
            calls.events.update(
                event_id,
                event_text=event_text,
                event_property=event_property,
                url=url,
                event_path=event_path,
                session=session,
                status=status,
            )
        )

    async def delete(self, event_id: int | str) -> "DeletedEvent":
        """Soft-delete an event."""
        return await self._client.send(calls.events.delete(event_id))
