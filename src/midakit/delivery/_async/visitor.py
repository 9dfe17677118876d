"""A view of a delivery client that remembers who asks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from midakit.delivery._async.client import AsyncMidaDelivery
    from midakit.delivery.answers import AssignedVariant, EnabledFlags


class AsyncVisitorView:
    """The methods of a delivery client for one visitor.

    Args:
        delivery: The client.
        visitor: The visitor's id.

    Example:
        visitor = delivery.visitor("user-42")
        print(visitor.id, await visitor.is_enabled("dark-mode"))
    """

    __slots__ = ("_delivery", "id")

    def __init__(self, delivery: "AsyncMidaDelivery", visitor: str | int) -> None:
        self._delivery = delivery
        self.id = visitor
        """The visitor's id."""

    async def variant(
        self,
        experiment_key: str,
        default: str = "Control",
        *,
        attributes: Mapping[str, Any] | None = None,
    ) -> "AssignedVariant":
        """Return the visitor's variant; Mida counts the visitor as exposed when it answers.

        Args:
            experiment_key: Key of the experiment, as its page in Mida shows it.
            default: What to return without an answer, or for a visitor who is not in the experiment.
            attributes: What Mida should know about the visitor before it decides.

        Returns:
            The variant's name as text, with `reason`, `error` and `is_default`.

        Example:
            visitor = delivery.visitor("user-42")
            if await visitor.variant("homepage-headline") == "Variant 1":
                print("the new page")
        """
        return await self._delivery.variant(experiment_key, self.id, default, attributes=attributes)

    async def flags(self) -> "EnabledFlags":
        """Return the feature flags that are on for the visitor.

        Example:
            print("dark-mode" in await delivery.visitor("user-42").flags())
        """
        return await self._delivery.flags(self.id)

    async def is_enabled(self, flag: str, default: bool = False) -> bool:
        """Say whether a feature flag is on for the visitor.

        Args:
            flag: The flag's name.
            default: What to return when nothing is known.

        Example:
            dark = await delivery.visitor("user-42").is_enabled("dark-mode", default=True)
        """
        return await self._delivery.is_enabled(flag, self.id, default)

    async def event(
        self,
        name: str,
        properties: Mapping[str, Any] | None = None,
        *,
        revenue: "float | Decimal | None" = None,
        currency: str | None = None,
        quantity: int | None = None,
    ) -> bool:
        """Record an event of the visitor; it is sent in the background.

        Args:
            name: The event's name, which goals match.
            properties: Anything else to know about it.
            revenue: The amount of an order.
            currency: Its currency, such as `USD`.
            quantity: How many things were bought.

        Returns:
            Whether it was accepted.

        Example:
            accepted = await delivery.visitor("user-42").event("signed_up", {"page": "/join"})
        """
        return await self._delivery.event(
            name, self.id, properties, revenue=revenue, currency=currency, quantity=quantity
        )

    async def attributes(self, values: Mapping[str, Any]) -> bool:
        """Set attributes of the visitor; sent in the background.

        Args:
            values: New values by name; others stay.

        Returns:
            Whether they were accepted.

        Example:
            await delivery.visitor("user-42").attributes({"plan": "enterprise"})
        """
        return await self._delivery.attributes(self.id, values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of one visitor>"
