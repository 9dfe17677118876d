"""Variants, feature flags and events for the visitors of a website or service.

    from midakit.delivery import AsyncMidaDelivery

    async with AsyncMidaDelivery("PROJECT_KEY") as delivery:
        variant = await delivery.variant("checkout-v2", "user-42")
        await delivery.event("Purchase", "user-42", revenue=49.99, currency="USD")

Names are resolved on first use.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.delivery._async.client import AsyncMidaDelivery as AsyncMidaDelivery
    from midakit.delivery._async.memory_store import AsyncMemoryStore as AsyncMemoryStore
    from midakit.delivery._async.redis_store import AsyncRedisStore as AsyncRedisStore
    from midakit.delivery._async.visitor import AsyncVisitorView as AsyncVisitorView
    from midakit.delivery._sync.client import MidaDelivery as MidaDelivery
    from midakit.delivery._sync.memory_store import MemoryStore as MemoryStore
    from midakit.delivery._sync.redis_store import RedisStore as RedisStore
    from midakit.delivery._sync.visitor import VisitorView as VisitorView
    from midakit.delivery.answers import AnswerReason as AnswerReason
    from midakit.delivery.answers import AssignedVariant as AssignedVariant
    from midakit.delivery.answers import EnabledFlags as EnabledFlags
    from midakit.delivery.event_queue import EventCounts as EventCounts
    from midakit.delivery.stats import DeliveryStats as DeliveryStats
    from midakit.delivery.sticky import AsyncStickyStore as AsyncStickyStore
    from midakit.delivery.sticky import StickyStore as StickyStore

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "_async.client": "AsyncMidaDelivery",
        "_async.memory_store": "AsyncMemoryStore",
        "_async.redis_store": "AsyncRedisStore",
        "_async.visitor": "AsyncVisitorView",
        "_sync.client": "MidaDelivery",
        "_sync.memory_store": "MemoryStore",
        "_sync.redis_store": "RedisStore",
        "_sync.visitor": "VisitorView",
        "answers": "AnswerReason AssignedVariant EnabledFlags",
        "event_queue": "EventCounts",
        "stats": "DeliveryStats",
        "sticky": "AsyncStickyStore StickyStore",
    },
)
