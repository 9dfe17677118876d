"""The delivery client: variants, flags and events for visitors, without ever hurting their page."""

import logging
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from midakit.core._async.client import AsyncClient
from midakit.core.concurrency import aio as concurrency
from midakit.delivery import calls
from midakit.delivery._async.asking import Asking
from midakit.delivery.answers import AnswerReason, AssignedVariant, EnabledFlags
from midakit.delivery.event_queue import EventCounts, EventKind, OnFull, PendingEvent, total
from midakit.delivery.failures import reason_of
from midakit.delivery.options import OnError, checked_options
from midakit.delivery.service import find_service
from midakit.delivery.stats import DeliveryStats
from midakit.delivery.twins import aio as twins
from midakit.errors import InvalidRequest, MidakitError

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path
    from typing import Self

    from midakit.core.hooks import Hooks
    from midakit.core.limits import Gate
    from midakit.delivery._async.visitor import AsyncVisitorView
    from midakit.delivery.background import Background
    from midakit.delivery.sticky import AsyncStickyStore

logger = logging.getLogger("midakit.delivery")

_inherited: list[Any] = []
"""The threads of parent processes: collecting them would take the parents' event loops apart."""


class AsyncMidaDelivery:
    """Variants, feature flags, events and attributes for the visitors of a website or service.

    It needs the project key alone. A call takes at most its budget and raises nothing: without an
    answer the default is used, and the result says why. Make one for the whole application, and close
    it at the end, so that the last events are sent.

    Args:
        project_key: Key of the project; when left out, `MIDA_PROJECT_KEY`.
        base_url: Address of the endpoints; when left out, `MIDA_DELIVERY_URL`, else `https://api.mida.so`.
        budget: Seconds that a call may take until the default is used.
        on_error: `default` returns the default when anything fails; `raise` raises the error, for
            scripts and tests.
        fresh_for: Seconds that an answer is used without asking again.
        stale_for: Seconds after those in which an answer is still used, while a new one is fetched in
            the background.
        max_answers: The most answers that are kept, of variants and of flags each; the least recently
            used go first.
        store: A store of assignments that several processes share, such as `AsyncRedisStore`; with it a
            visitor keeps the variant also when the split is changed.
        sticky_for: Seconds that the store keeps an assignment.
        max_events: The most events that wait or are on their way.
        on_full: What happens to an event that finds the queue full: `drop_newest` does not accept it,
            `drop_oldest` drops the oldest that waits, `wait` waits for a place as long as the budget
            allows.
        event_concurrency: The most events on their way; those of one visitor go one after the other.
        flush_timeout: Seconds that `close` and the end of the program wait for events.
        spill: A folder in which events are written down until they are acknowledged: the next process
            sends what this one could not. Without it they are in memory only.
        id_property: A property of events that carries their id too, for a service that ignores the
            header `Idempotency-Key`; none when left out.
        timeout: Seconds for one attempt in the background.
        max_concurrency: The most calls in flight for pages.
        transport: `own` or `httpx`; chosen automatically when left out.
        profile: Name of the profile in the profile file; when left out, `MIDA_PROFILE`.
        overrides: What holds without asking Mida, for tests and previews: the variant of an experiment by
            its key, and whether a flag is on by its name.

    Raises:
        ConfigurationError: There is no project key, or a setting cannot work; the message names it.

    Example:
        async with AsyncMidaDelivery(budget=0.1) as delivery:
            variant = await delivery.variant("homepage-headline", "user-42")
            print("new" if variant == "Variant 1" else "old", variant.reason)
            await delivery.event("Purchase", "user-42", revenue=49.99, currency="USD")
    """

    def __init__(
        self,
        project_key: str | None = None,
        *,
        base_url: str | None = None,
        budget: float = 0.05,
        on_error: OnError = "default",
        fresh_for: float = 60.0,
        stale_for: float = 3600.0,
        max_answers: int = 100_000,
        store: "AsyncStickyStore | None" = None,
        sticky_for: float = 90 * 86_400.0,
        max_events: int = 10_000,
        on_full: OnFull = "drop_newest",
        event_concurrency: int = 32,
        flush_timeout: float = 5.0,
        spill: "str | Path | None" = None,
        id_property: str | None = None,
        timeout: float = 10.0,
        max_concurrency: int = 64,
        transport: str | None = None,
        profile: str | None = None,
        overrides: Mapping[str, str | bool] | None = None,
    ) -> None:
        self._options = checked_options(
            budget=budget,
            on_error=on_error,
            fresh_for=fresh_for,
            stale_for=stale_for,
            max_answers=max_answers,
            sticky_for=sticky_for,
            max_events=max_events,
            on_full=on_full,
            event_concurrency=event_concurrency,
            flush_timeout=flush_timeout,
            spill=spill,
            id_property=id_property,
            timeout=timeout,
            overrides=overrides,
        )
        self._forced = self._options.forced_variants
        self._service = find_service(project_key, base_url, profile)
        self._transport = transport
        self._store = store
        self._client = AsyncClient(
            self._service,
            timeout=timeout,
            deadline=budget,
            retry=calls.QUICK,
            max_concurrency=max_concurrency,
            transport=transport,
        )
        self._background: Background | None = None
        self._starting = concurrency.ThreadLock()
        self._closed = False
        self._paused = False
        """Whether an application has closed this at its end, so that the next one may open it."""
        self._ended = EventCounts()
        """What became of the events of threads that were stopped."""
        self._reasons: Counter[AnswerReason] = Counter()
        self._asking = Asking(
            self._client, self._service, self._options, store, self._running_background
        )
        self._variants = self._asking.variants
        self._now = concurrency.now

    # Life

    async def __aenter__(self) -> "Self":
        await self.preload()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def preload(self) -> None:
        """Import what the first call needs, and send what an earlier process left in `spill`.

        Raises:
            ConfigurationError: The client is closed, or the folder for `spill` cannot be used.

        Example:
            await delivery.preload()  # when the service starts, so that the first page does not wait
        """

        from midakit.delivery import background  # noqa: F401 -- an import is what this is for

        await self._client.preload()
        if self._options.spill is not None:
            self._running_background()

    async def flush(self, timeout: float | None = None) -> bool:
        """Wait until every accepted event is settled.

        Args:
            timeout: The longest wait in seconds; when left out, `flush_timeout`.

        Returns:
            Whether nothing is left to send.

        Example:
            await delivery.event("signed_up", "user-42")
            if not await delivery.flush(timeout=10):
                print(delivery.stats.events)
        """
        background = self._background
        if background is None:
            return True
        seconds = self._options.flush_timeout if timeout is None else timeout
        return await concurrency.run_blocking(background.flush, seconds)

    async def aclose(self) -> None:
        """Send the events that wait, for `flush_timeout` at most, and close the connections.

        Example:
            await delivery.aclose()  # sends the events that wait
        """
        self._closed, self._paused = True, False
        background, self._background = self._background, None
        if background is not None:
            await concurrency.run_blocking(background.stop, self._options.flush_timeout)
            self._ended = total(self._ended, background.counts)
        await self._client.aclose()

    async def _pause(self) -> None:
        """Close the client at the end of an application, until one begins again."""
        was_closed = self._closed and not self._paused
        await self.aclose()
        self._paused = not was_closed

    def _reopen(self) -> None:
        """Let the client work again after `_pause`; one that its owner has closed stays closed."""
        if self._paused:
            self._closed = self._paused = self._client._engine.closed = False

    def _running_background(self) -> "Background":
        """Return the thread of this process, started on first use."""
        found = self._background
        if found is None or not found.alive:
            from midakit.delivery.background import Background

            with self._starting:
                found = self._background
                if found is None or not found.alive:
                    if found is not None:
                        _inherited.append(found)
                    found = Background(
                        self._service, self._options, self._client.hooks, self._transport
                    )
                    twins.close_at_end(found, self._store)
                    self._background = found
        return found

    @property
    def hooks(self) -> "Hooks":
        """`on_attempt`, `on_retry`, `on_answer`: for pages and for the background."""
        return self._client.hooks

    @property
    def limits(self) -> "Gate":
        """The limiter's state: how many calls for pages are in flight, how wide the window."""
        return self._client.limits

    @property
    def project_key(self) -> str:
        """Key of the project."""
        return self._service.project_key

    @property
    def stats(self) -> DeliveryStats:
        """What was answered, what became of events, and whether the service is away."""
        background = self._background
        return DeliveryStats(
            answers=dict(self._reasons),
            events=total(self._ended, background.counts) if background else self._ended,
            store_errors=self._asking.store_errors,
            circuit_open=not self._asking.circuit.is_closed,
            cached=len(self._asking.variants) + len(self._asking.flags),
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._service.origin}>"

    def visitor(self, visitor: str | int) -> "AsyncVisitorView":
        """Return a view that remembers who asks.

        Args:
            visitor: The visitor's id: what you know the visitor by, the same everywhere.

        Returns:
            The same methods without the argument `visitor`.

        Example:
            visitor = delivery.visitor("user-42")
            print(await visitor.variant("homepage-headline"), await visitor.flags())
        """
        from midakit.delivery._async.visitor import AsyncVisitorView

        return AsyncVisitorView(self, visitor)

    # Answers

    async def variant(
        self,
        experiment_key: str,
        visitor: str | int,
        default: str = "Control",
        *,
        attributes: Mapping[str, Any] | None = None,
    ) -> AssignedVariant:
        """Return the variant of a visitor; Mida counts the visitor as exposed when it answers.

        Args:
            experiment_key: Key of the experiment, as its page in Mida shows it.
            visitor: The visitor's id: what you know the visitor by, the same everywhere.
            default: What to return without an answer, or for a visitor who is not in the experiment.
            attributes: What Mida should know about the visitor before it decides, such as `plan`; they
                are sent once, and again when they change.

        Returns:
            The variant's name as text, with `reason`, `error` and `is_default`.

        Raises:
            MidakitError: Something failed, and `on_error="raise"` was given.

        Example:
            variant = await delivery.variant("homepage-headline", "user-42", attributes={"plan": "pro"})
            print(variant, variant.reason, variant.is_default)
        """
        if self._forced and isinstance(experiment_key, str) and experiment_key in self._forced:
            return AssignedVariant(self._forced[experiment_key], AnswerReason.FORCED)
        if attributes is None:
            try:
                kept = self._variants.fresh((experiment_key, visitor), self._now())
            except TypeError:  # an argument that cannot be a key is reported below
                kept = None
            if kept is not None and kept.is_assigned:
                return kept.cached
        try:
            question = self._asking.about_variant(experiment_key, visitor, attributes)
            name, reason = await self._asking.ask(question)
        except Exception as error:
            reason, known = self._failed(error)
            return AssignedVariant(default, reason, known)
        self._reasons[reason] += 1
        return AssignedVariant(default if name is None else name, reason)

    async def flags(self, visitor: str | int) -> EnabledFlags:
        """Return the feature flags that are on for a visitor.

        Args:
            visitor: The visitor's id.

        Returns:
            The names as a set, with `known`, `reason` and `error`; where nothing is known, those that
            `overrides` turns on.

        Raises:
            MidakitError: Something failed, and `on_error="raise"` was given.

        Example:
            flags = await delivery.flags("user-42")
            print(sorted(flags) if flags.known else flags.error)
        """
        try:
            names, reason = await self._asking.ask(self._asking.about_flags(visitor))
        except Exception as error:
            reason, known = self._failed(error)
            return self._with_forced(EnabledFlags((), reason, known))
        self._reasons[reason] += 1
        return self._with_forced(EnabledFlags(names or (), reason))

    def _with_forced(self, found: EnabledFlags) -> EnabledFlags:
        """Return flags with those that `overrides` turns on or off."""
        forced = self._options.forced_flags
        if not forced:
            return found
        names = {name for name in found if forced.get(name, True)}
        names |= {name for name, on in forced.items() if on}
        return EnabledFlags(names, found.reason, found.error)

    async def is_enabled(self, flag: str, visitor: str | int, default: bool = False) -> bool:
        """Say whether a feature flag is on for a visitor.

        Args:
            flag: The flag's name.
            visitor: The visitor's id.
            default: What to return when nothing is known.

        Raises:
            MidakitError: Something failed, and `on_error="raise"` was given.

        Example:
            dark = await delivery.is_enabled("dark-mode", "user-42")
        """
        try:
            calls.plain_text("flag", flag)
        except InvalidRequest as error:
            self._failed(error)
            return default
        if flag in self._options.forced_flags:
            return self._options.forced_flags[flag]
        found = await self.flags(visitor)
        return flag in found if found.known else default

    def _failed(self, error: Exception) -> tuple[AnswerReason, MidakitError | None]:
        """Return why the default is used, or raise what was asked to be raised."""
        reason = reason_of(error)
        self._reasons[reason] += 1
        if self._options.on_error == "raise":
            raise error
        if isinstance(error, MidakitError):
            logger.debug("the default is used: %s", error)
            return reason, error
        logger.error("the default is used after an unexpected error", exc_info=error)
        return reason, None

    # Events

    async def event(
        self,
        name: str,
        visitor: str | int,
        properties: Mapping[str, Any] | None = None,
        *,
        revenue: "float | Decimal | None" = None,
        currency: str | None = None,
        quantity: int | None = None,
    ) -> bool:
        """Record an event of a visitor; it is sent in the background.

        Args:
            name: The event's name, which goals match.
            visitor: The visitor's id, the same as for `variant`.
            properties: Anything else to know about it.
            revenue: The amount of an order.
            currency: Its currency, such as `USD`.
            quantity: How many things were bought.

        Returns:
            Whether it was accepted; `stats.events` counts those that were not.

        Raises:
            MidakitError: An argument cannot be sent, and `on_error="raise"` was given.

        Example:
            await delivery.event("Purchase", "user-42", {"page": "/cart"}, revenue=49.99, currency="USD")
        """
        try:
            calls.plain_text("name", name)
            who = calls.visitor_id(visitor)
            values = calls.event_properties(
                properties, revenue=revenue, currency=currency, quantity=quantity
            )
            return await self._offer("event", who, name, values)
        except Exception as error:
            return self._rejected(error)

    async def attributes(self, visitor: str | int, values: Mapping[str, Any]) -> bool:
        """Set attributes of a visitor, for targeting and for filters of reports; sent in the background.

        Args:
            visitor: The visitor's id.
            values: New values by name, such as `{"plan": "pro"}`; others stay.

        Returns:
            Whether they were accepted.

        Raises:
            MidakitError: An argument cannot be sent, and `on_error="raise"` was given.

        Example:
            await delivery.attributes("user-42", {"plan": "pro", "seats": 12})
        """
        try:
            who, text = calls.visitor_id(visitor), calls.json_object("values", values)
            return await self._offer("attributes", who, "", text)
        except Exception as error:
            return self._rejected(error)

    def _rejected(self, error: Exception) -> bool:
        """Count an event that cannot be accepted, or raise why."""
        if self._options.on_error == "raise":
            raise error
        unexpected = None if isinstance(error, MidakitError) else error
        logger.warning("an event was not accepted: %s", error, exc_info=unexpected)
        self._reject()
        return False

    async def _offer(self, kind: EventKind, visitor: str, name: str, values: str) -> bool:
        """Accept something to send; with `on_full="wait"` wait for a place."""
        ends = self._now() + self._options.budget
        while not self._accept(kind, visitor, name, values):
            left = ends - self._now()
            if self._closed or self._options.on_full != "wait" or left <= 0:
                self._reject()
                return False
            place = self._running_background().queue.wait_for_place
            await concurrency.run_blocking(place, left)
        return True

    def _accept(self, kind: EventKind, visitor: str, name: str, values: str) -> bool:
        """Accept something to send if there is a place."""
        if self._closed:
            logger.warning("an event was not accepted: the client is closed")
            return False
        event_id = str(uuid4())
        if kind == "event" and self._options.id_property is not None:
            values = calls.with_property(values, self._options.id_property, event_id)
        return self._running_background().offer(PendingEvent(event_id, kind, visitor, name, values))

    def _reject(self) -> None:
        """Count what was not accepted."""
        if self._closed:
            return
        background = self._background
        if background is not None and background.alive:
            background.queue.reject()
        else:
            with self._starting:
                self._ended = total(self._ended, EventCounts(rejected=1))
