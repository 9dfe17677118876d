"""How a question is answered: from the cache, from the store, by someone who asks already, or by asking.

    fresh answer -> stale answer (renewed in the background) -> store -> circuit -> one request for all

`ask` returns within the budget or raises. Whatever runs out of time is asked again in the background,
so that the next page has its answer.
"""

import logging
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from midakit.core.concurrency import aio as concurrency
from midakit.delivery import calls, sticky
from midakit.delivery.answer_cache import AnswerCache
from midakit.delivery.answers import AnswerReason
from midakit.delivery.circuit import Admission, Circuit
from midakit.delivery.failures import CircuitOpen, is_outage
from midakit.delivery.kept import KeptFlags, KeptVariant, kept_variant
from midakit.delivery.options import DeliveryOptions
from midakit.delivery.service import DeliveryService
from midakit.delivery.twins import aio as twins
from midakit.errors import DeadlineExceeded, MidakitError, Timeout

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient
    from midakit.core.call import Call
    from midakit.delivery.background import Background
    from midakit.delivery.sticky import AsyncStickyStore

logger = logging.getLogger("midakit.delivery")


class Question(NamedTuple):
    """Something to find out about a visitor."""

    cache: AnswerCache[Any]
    key: Hashable
    call: "Call[Any]"
    visitor: str
    record_key: str | None = None
    """What the store has it under; None for what is not kept there."""
    attributes: str | None = None
    """What the service must know before it is asked: a JSON object as text."""


class Asking:
    """Answers questions for one client.

    Args:
        client: Sends calls for pages; its deadline is the budget.
        service: The project.
        options: Budget, cache and store.
        store: The store of assignments, or None.
        background: Returns the thread of this process.
    """

    def __init__(
        self,
        client: "AsyncClient",
        service: DeliveryService,
        options: DeliveryOptions,
        store: "AsyncStickyStore | None",
        background: "Callable[[], Background]",
    ) -> None:
        self._client = client
        self._service = service
        self._options = options
        self._store = store
        self._background = background
        sizes = options.max_answers, options.fresh_for, options.stale_for
        self.variants: AnswerCache[KeptVariant] = AnswerCache(*sizes)
        self.flags: AnswerCache[KeptFlags] = AnswerCache(*sizes)
        self._told: AnswerCache[str] = AnswerCache(options.max_answers, options.sticky_for, 0.0)
        """The attributes that the service knows, by visitor."""
        self.circuit = Circuit(probe_seconds=2 * options.refresh_timeout)
        self._store_circuit = Circuit()
        self.store_errors = 0
        self._flights: dict[Hashable, twins.Flight[Any]] = {}

    # Questions

    def about_variant(
        self, experiment_key: Any, visitor: Any, attributes: Mapping[str, Any] | None
    ) -> Question:
        """Return the question for a visitor's variant.

        Args:
            experiment_key: The experiment.
            visitor: The visitor.
            attributes: What the service must know first, or None.

        Raises:
            InvalidRequest: An argument cannot be sent.
        """
        who, experiment = (
            calls.visitor_id(visitor),
            calls.plain_text("experiment_key", experiment_key),
        )
        project = self._service.project_key
        return Question(
            self.variants,
            (experiment, who),
            calls.query(project, experiment, who),
            who,
            None if self._store is None else sticky.record_key(project, experiment, who),
            None if attributes is None else calls.json_object("attributes", attributes),
        )

    def about_flags(self, visitor: Any) -> Question:
        """Return the question for a visitor's flags.

        Args:
            visitor: The visitor.

        Raises:
            InvalidRequest: The visitor's id cannot be sent.
        """
        who = calls.visitor_id(visitor)
        return Question(self.flags, who, calls.flags(self._service.project_key, who), who)

    # Answers

    async def ask(self, question: Question) -> tuple[Any, AnswerReason]:
        """Answer a question within the budget.

        Args:
            question: What to find out.

        Returns:
            The answer, None for a visitor who is not in the experiment, and where it came from.

        Raises:
            MidakitError: There is no answer in time.
        """
        now = concurrency.now()
        ends = now + self._options.budget
        news = question.attributes is not None and self._is_news(question)
        kept = question.cache.fresh(question.key, now)
        if kept is not None and not (news and kept.value is None):
            if news:
                self._renew(question)
            return _said(kept.value, AnswerReason.CACHED)
        kept = question.cache.usable(question.key, now)
        if kept is not None and kept.value is not None:
            self._renew(question)
            return kept.value, AnswerReason.STALE
        if question.record_key is not None:
            record = await self._recall(question.record_key)
            if record is not None:
                question.cache.put(
                    question.key, kept_variant(record.variant), now, age=record.age()
                )
                if news or record.age() >= self._options.fresh_for:
                    self._renew(question)
                return record.variant, AnswerReason.STICKY
        return await self._ask_service(question, ends)

    def _is_news(self, question: Question) -> bool:
        """Return whether a question brings attributes that the service does not know."""
        known = self._told.fresh(question.visitor, concurrency.now())
        return known != question.attributes

    async def _ask_service(self, question: Question, ends: float) -> tuple[Any, AnswerReason]:
        """Ask, unless the service is away or somebody asks the same already."""
        admission = self.circuit.admit(concurrency.now())
        if admission is not Admission.ASK:
            if admission is Admission.PROBE:
                self._renew(question)  # no page waits for a probe
            raise CircuitOpen()
        place = concurrency.loop_token(), question.key, id(question.cache)
        flight = self._flights.get(place)
        while flight is not None:
            if not await flight.wait(ends - concurrency.now()):
                raise DeadlineExceeded("no answer came within the budget")
            if flight.error is not None:
                raise flight.error
            if flight.value is not None:
                return _said(flight.value.value, AnswerReason.ASSIGNED)
            flight = self._flights.get(place)  # who asked was cancelled
        flight = self._flights[place] = twins.Flight()
        try:
            flight.value = await self._fetch(question, self._client, ends)
            return _said(flight.value.value, AnswerReason.ASSIGNED)
        except Timeout as error:
            flight.error = error
            self._renew(question)  # the next page shall have it
            raise
        except Exception as error:
            flight.error = error
            raise
        finally:
            self._flights.pop(place, None)
            flight.end()

    async def _fetch(
        self, question: Question, client: "AsyncClient", ends: float | None
    ) -> KeptVariant | KeptFlags:
        """Ask the service, and keep what it says."""
        try:
            if question.attributes is not None and self._is_news(question):
                await self._tell(question, client)
                client = _with_rest(client, ends)
            elif question.record_key is not None:
                client = _with_rest(client, ends)  # the store has taken a part of the budget
            response = await client.send_raw(question.call)
            kept: KeptVariant | KeptFlags
            if question.cache is self.flags:
                kept = KeptFlags(calls.read_flags(response, self._service))
            else:
                assigned = calls.read_variant(response, self._service)
                kept = (
                    kept_variant(assigned)
                    if question.record_key is None
                    else await self._settle(question.record_key, assigned)
                )
        except MidakitError as error:
            if is_outage(error):
                self.circuit.failed(concurrency.now())
            else:
                self.circuit.succeeded()
            raise
        self.circuit.succeeded()
        question.cache.put(question.key, kept, concurrency.now())
        return kept

    async def _tell(self, question: Question, client: "AsyncClient") -> None:
        """Send attributes, and remember that the service knows them."""
        assert question.attributes is not None
        call = calls.attributes(question.visitor, question.attributes)
        response = await client.send_raw(call)
        calls.check(response, self._service)
        self._told.put(question.visitor, question.attributes, concurrency.now())

    async def _settle(self, record_key: str, assigned: str | None) -> KeptVariant:
        """Return the variant that holds: the one that the store has, while the experiment runs."""
        before = await self._recall(record_key)
        settled = sticky.settled(assigned, before)
        if settled is not None:
            await self._remember(record_key, settled)
        elif before is not None:
            await self._forget(record_key)
        return kept_variant(settled)

    # In the background

    def _renew(self, question: Question) -> None:
        self._background().renew((question.key, id(question.cache)), self._fetch_later, question)

    async def _fetch_later(self, question: Question) -> None:
        """Ask for an answer that no page waits for."""
        client = twins.background_client(self._background(), self._client)
        patient = client.with_options(deadline=self._options.refresh_timeout)
        try:
            await self._fetch(question, patient, None)
        except MidakitError as error:
            logger.debug("an answer could not be renewed: %s", error)

    # The store

    async def _recall(self, key: str) -> sticky.StickyRecord | None:
        assert self._store is not None
        if self._store_circuit.admit(concurrency.now()) is Admission.REFUSE:
            return None
        try:
            with concurrency.after(self._options.budget):
                found = sticky.read_record(await self._store.get(key))
                self._store_circuit.succeeded()
                return found
        except Exception as error:
            self._store_failed(error)
            return None
        self._store_failed(TimeoutError("no answer within the budget"))
        return None

    async def _remember(self, key: str, variant: str) -> None:
        assert self._store is not None
        if not self._store_circuit.is_closed:
            return
        try:
            with concurrency.after(self._options.budget):
                text = sticky.record_now(variant).text()
                await self._store.set(key, text, self._options.sticky_for)
        except Exception as error:
            self._store_failed(error)

    async def _forget(self, key: str) -> None:
        assert self._store is not None
        try:
            await self._store.delete(key)
        except Exception as error:
            self._store_failed(error)

    def _store_failed(self, error: Exception) -> None:
        self.store_errors += 1
        self._store_circuit.failed(concurrency.now())
        logger.debug("the store of assignments failed: %s", error)


def _said(value: Any, reason: AnswerReason) -> tuple[Any, AnswerReason]:
    return value, AnswerReason.NOT_ASSIGNED if value is None else reason


def _with_rest(client: "AsyncClient", ends: float | None) -> "AsyncClient":
    """Return a view of a client for what is left of the budget."""
    if ends is None:
        return client
    return client.with_options(deadline=max(0.001, ends - concurrency.now()))
