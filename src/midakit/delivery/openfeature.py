"""A provider for OpenFeature: boolean flags are Mida's flags, string flags are experiments.

    from openfeature import api
    api.set_provider(MidaProvider(MidaDelivery("PROJECT_KEY")))
    client = api.get_client()
    client.get_string_value("checkout-v2", "Control", EvaluationContext("user-42"))

The targeting key is the visitor; the other attributes of the context are told to Mida before it decides
about an experiment. `track` records an event; its value is the revenue.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from midakit.core.concurrency.aio import run_blocking
from midakit.delivery import calls
from midakit.delivery._async.client import AsyncMidaDelivery
from midakit.delivery.answers import AnswerReason, AssignedVariant, EnabledFlags
from midakit.errors import MidakitError, MissingExtra

try:
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.exception import ErrorCode
    from openfeature.flag_evaluation import FlagResolutionDetails, Reason
    from openfeature.provider import AbstractProvider, Metadata
    from openfeature.track import TrackingEventDetails
except ImportError as missing:
    raise MissingExtra(
        "openfeature is not installed; run: pip install 'midakit[openfeature]'", name="openfeature"
    ) from missing

if TYPE_CHECKING:
    from midakit.delivery._sync.client import MidaDelivery

Value = TypeVar("Value")

REASONS = {
    AnswerReason.ASSIGNED: Reason.SPLIT,
    AnswerReason.STICKY: Reason.SPLIT,
    AnswerReason.CACHED: Reason.CACHED,
    AnswerReason.STALE: Reason.STALE,
    AnswerReason.FORCED: Reason.STATIC,
    AnswerReason.NOT_ASSIGNED: Reason.DEFAULT,
}
"""OpenFeature's word for each of ours; what is not here is an error."""


class MidaProvider(AbstractProvider):
    """Resolves flags of OpenFeature through a delivery client.

    Args:
        delivery: The client. With a `MidaDelivery` both kinds of methods work, the `_async` ones in a
            thread; with an `AsyncMidaDelivery` the `_async` ones and `track` do.
        send_attributes: Whether the attributes of the context are told to Mida.

    Example:
        from openfeature import api
        from openfeature.evaluation_context import EvaluationContext
        from midakit.delivery import MidaDelivery
        from midakit.delivery.openfeature import MidaProvider

        api.set_provider(MidaProvider(MidaDelivery()))
        visitor = EvaluationContext("user-42", {"plan": "pro"})
        print(api.get_client().get_string_details("homepage-headline", "Control", visitor))
        api.shutdown()
    """

    def __init__(
        self, delivery: "MidaDelivery | AsyncMidaDelivery", *, send_attributes: bool = True
    ) -> None:
        super().__init__()
        self._delivery: Any = delivery
        self._is_async = isinstance(delivery, AsyncMidaDelivery)
        self._send_attributes = send_attributes

    def get_metadata(self) -> Metadata:
        """Return the provider's name.

        Example:
            assert provider.get_metadata().name == "midakit"
        """
        return Metadata("midakit")

    def shutdown(self) -> None:
        """Send the events that wait, and close a blocking client; an asynchronous one is its owner's.

        Example:
            provider.shutdown()  # `openfeature.api.shutdown()` calls it
        """
        if self._is_async:
            background = self._delivery._background
            if background is not None:
                background.flush(self._delivery._options.flush_timeout)
        else:
            self._delivery.close()

    # Flags

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Say whether a flag is on.

        Args:
            flag_key: The flag's name.
            default_value: What holds when nothing is known.
            evaluation_context: Its targeting key is the visitor.

        Returns:
            The value, and why it is this one.

        Example:
            print(provider.resolve_boolean_details("dark-mode", False, visitor).value)
        """
        forced = self._forced_flag(flag_key)
        return self._resolve(self._flag, flag_key, default_value, evaluation_context, forced)

    async def resolve_boolean_details_async(
        self,
        flag_key: str,
        default_value: bool,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Say whether a flag is on; as `resolve_boolean_details`.

        Args:
            flag_key: The flag's name.
            default_value: What holds when nothing is known.
            evaluation_context: Its targeting key is the visitor.

        Returns:
            The value, and why it is this one.

        Example:
            found = await provider.resolve_boolean_details_async("dark-mode", False, visitor)
            print(found.value, found.reason)
        """
        if not self._is_async:
            return await run_blocking(
                self.resolve_boolean_details, flag_key, default_value, evaluation_context
            )
        if (forced := self._forced_flag(flag_key)) is not None:
            return forced
        visitor = _visitor(evaluation_context)
        if visitor is None:
            return _no_visitor(default_value)
        return _flag_details(flag_key, default_value, await self._delivery.flags(visitor))

    def _flag(
        self, flag_key: str, default: bool, visitor: str, _context: EvaluationContext | None
    ) -> FlagResolutionDetails[bool]:
        return _flag_details(flag_key, default, self._delivery.flags(visitor))

    def _forced_flag(self, key: str) -> FlagResolutionDetails[bool] | None:
        """Return what the client's option `overrides` says of a flag, or None."""
        on: bool | None = self._delivery._options.forced_flags.get(key)
        return None if on is None else _details(on, AnswerReason.FORCED, None, None)

    def _forced_variant(self, key: str) -> FlagResolutionDetails[str] | None:
        """Return what the client's option `overrides` says of an experiment, or None."""
        name: str | None = self._delivery._options.forced_variants.get(key)
        return None if name is None else _details(name, AnswerReason.FORCED, None, name)

    # Experiments

    def resolve_string_details(
        self,
        flag_key: str,
        default_value: str,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """Return the variant of an experiment.

        Args:
            flag_key: Key of the experiment.
            default_value: What holds without an answer.
            evaluation_context: Its targeting key is the visitor, the rest are attributes.

        Returns:
            The value, and why it is this one.

        Example:
            found = provider.resolve_string_details("homepage-headline", "Control", visitor)
            print(found.value, found.variant, found.reason)
        """
        forced = self._forced_variant(flag_key)
        return self._resolve(self._variant, flag_key, default_value, evaluation_context, forced)

    async def resolve_string_details_async(
        self,
        flag_key: str,
        default_value: str,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[str]:
        """Return the variant of an experiment; as `resolve_string_details`.

        Args:
            flag_key: Key of the experiment.
            default_value: What holds without an answer.
            evaluation_context: Its targeting key is the visitor, the rest are attributes.

        Returns:
            The value, and why it is this one.

        Example:
            found = await provider.resolve_string_details_async("homepage-headline", "Control", visitor)
            print(found.value)
        """
        if not self._is_async:
            return await run_blocking(
                self.resolve_string_details, flag_key, default_value, evaluation_context
            )
        if (forced := self._forced_variant(flag_key)) is not None:
            return forced
        visitor = _visitor(evaluation_context)
        if visitor is None:
            return _no_visitor(default_value)
        told = self._attributes(evaluation_context)
        found = await self._delivery.variant(flag_key, visitor, default_value, attributes=told)
        return _variant_details(found)

    def _variant(
        self, flag_key: str, default: str, visitor: str, context: EvaluationContext | None
    ) -> FlagResolutionDetails[str]:
        told = self._attributes(context)
        return _variant_details(self._delivery.variant(flag_key, visitor, default, attributes=told))

    def _attributes(self, context: EvaluationContext | None) -> dict[str, Any] | None:
        if context is None or not context.attributes or not self._send_attributes:
            return None
        return {name: _plain(value) for name, value in context.attributes.items()}

    def _resolve(
        self,
        work: Any,
        key: str,
        default: Any,
        context: EvaluationContext | None,
        forced: FlagResolutionDetails[Any] | None,
    ) -> FlagResolutionDetails[Any]:
        if self._is_async:
            return FlagResolutionDetails(
                default,
                error_code=ErrorCode.GENERAL,
                error_message="this provider has an AsyncMidaDelivery: use the methods with _async",
                reason=Reason.ERROR,
            )
        if forced is not None:
            return forced
        visitor = _visitor(context)
        if visitor is None:
            return _no_visitor(default)
        found: FlagResolutionDetails[Any] = work(key, default, visitor, context)
        return found

    # What Mida does not have

    def resolve_integer_details(
        self,
        flag_key: str,
        default_value: int,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[int]:
        """Return the default: Mida has no numbers.

        Args:
            flag_key: Any key.
            default_value: What is returned.
            evaluation_context: Not used.

        Example:
            found = provider.resolve_integer_details("limit", 10, visitor)
            print(found.value, found.error_code)  # 10: Mida's flags are on or off
        """
        return _other_kind(default_value)

    def resolve_float_details(
        self,
        flag_key: str,
        default_value: float,
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[float]:
        """Return the default: Mida has no numbers.

        Args:
            flag_key: Any key.
            default_value: What is returned.
            evaluation_context: Not used.

        Example:
            assert provider.resolve_float_details("share", 0.5, visitor).value == 0.5
        """
        return _other_kind(default_value)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[Any] | Mapping[str, Any],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[Any] | Mapping[str, Any]]:
        """Return the default: Mida has no objects.

        Args:
            flag_key: Any key.
            default_value: What is returned.
            evaluation_context: Not used.

        Example:
            assert provider.resolve_object_details("theme", {"dark": True}, visitor).value == {"dark": True}
        """
        return _other_kind(default_value)

    # Tracking

    def track(
        self,
        tracking_event_name: str,
        evaluation_context: EvaluationContext | None = None,
        tracking_event_details: TrackingEventDetails | None = None,
    ) -> None:
        """Record an event of the visitor in the context; it is sent in the background.

        Args:
            tracking_event_name: The event's name, which goals match.
            evaluation_context: Its targeting key is the visitor; without one nothing is recorded.
            tracking_event_details: Its value is the revenue, its attributes are properties.

        Example:
            from openfeature.track import TrackingEventDetails

            details = TrackingEventDetails(49.99, {"currency": "USD"})
            provider.track("Purchase", visitor, details)
        """
        visitor = _visitor(evaluation_context)
        details = tracking_event_details or TrackingEventDetails()
        if visitor is None:
            return
        try:
            calls.plain_text("name", tracking_event_name)
            told = {name: _plain(value) for name, value in details.attributes.items()}
            values = calls.event_properties(told, revenue=details.value)
            if not self._delivery._accept("event", visitor, tracking_event_name, values):
                self._delivery._reject()
        except Exception as error:
            self._delivery._rejected(error)


def _visitor(context: EvaluationContext | None) -> str | None:
    return (context.targeting_key or None) if context is not None else None


def _plain(value: Any) -> Any:
    """Return a value of a context as JSON has it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date | datetime) else value


def _no_visitor(default: Value) -> FlagResolutionDetails[Value]:
    return FlagResolutionDetails(
        default,
        error_code=ErrorCode.TARGETING_KEY_MISSING,
        error_message="the context has no targeting key, which is the visitor",
        reason=Reason.ERROR,
    )


def _other_kind(default: Value) -> FlagResolutionDetails[Value]:
    return FlagResolutionDetails(
        default,
        error_code=ErrorCode.TYPE_MISMATCH,
        error_message="Mida has flags (boolean) and variants (string) only",
        reason=Reason.ERROR,
    )


def _variant_details(found: AssignedVariant) -> FlagResolutionDetails[str]:
    variant = None if found.is_default else str(found)
    return _details(str(found), found.reason, found.error, variant)


def _flag_details(key: str, default: bool, found: EnabledFlags) -> FlagResolutionDetails[bool]:
    value = key in found if found.known else default
    return _details(value, found.reason, found.error, None)


def _details(
    value: Value, why: AnswerReason, error: MidakitError | None, variant: str | None
) -> FlagResolutionDetails[Value]:
    reason = REASONS.get(why)
    if reason is not None:
        return FlagResolutionDetails(
            value, reason=reason, variant=variant, flag_metadata={"reason": str(why)}
        )
    return FlagResolutionDetails(
        value,
        error_code=ErrorCode.GENERAL,
        error_message=str(error or why),
        reason=Reason.ERROR,
        flag_metadata={"reason": str(why)},
    )
