"""Assignments that last: a store that several processes share, and what is written in it (pure).

Without a store a visitor keeps a variant because the service always gives the same one. With a store
the variant also stays when somebody changes the split of a live experiment. An experiment that ends
is noticed: a record is checked with the service when it is older than `fresh_for`.
"""

import json
import time
from typing import NamedTuple, Protocol


class AsyncStickyStore(Protocol):
    """Where an `AsyncMidaDelivery` keeps assignments; any object with these methods will do.

    Example:
        class Assignments(dict):  # one dictionary, which forgets nothing
            async def get(self, key):
                return super().get(key)

            async def set(self, key, value, seconds):
                self[key] = value

            async def delete(self, key):
                self.pop(key, None)

        async with AsyncMidaDelivery(store=Assignments()) as sticky:
            print(await sticky.variant("homepage-headline", "user-42"))
    """

    async def get(self, key: str) -> str | None:
        """Return the text under a key, or None.

        Args:
            key: What `set` was called with.

        Example:
            store: AsyncStickyStore = AsyncMemoryStore()
            print(await store.get("homepage-headline"))
        """
        ...

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a text.

        Args:
            key: At most a few hundred characters.
            value: Text of one line.
            seconds: How long to keep it.

        Example:
            store: AsyncStickyStore = AsyncMemoryStore()
            await store.set("homepage-headline", "Variant 1", seconds=86_400)
        """
        ...

    async def delete(self, key: str) -> None:
        """Forget the text under a key, if there is one.

        Args:
            key: What `set` was called with.

        Example:
            store: AsyncStickyStore = AsyncMemoryStore()
            await store.delete("homepage-headline")
        """
        ...


class StickyStore(Protocol):
    """Where a `MidaDelivery` keeps assignments; any object with these methods will do."""

    def get(self, key: str) -> str | None:
        """Return the text under a key, or None.

        Args:
            key: What `set` was called with.
        """
        ...

    def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a text.

        Args:
            key: At most a few hundred characters.
            value: Text of one line.
            seconds: How long to keep it.
        """
        ...

    def delete(self, key: str) -> None:
        """Forget the text under a key, if there is one.

        Args:
            key: What `set` was called with.
        """
        ...


class StickyRecord(NamedTuple):
    """One assignment as the store has it."""

    variant: str
    at: float
    """When the service last confirmed it, in seconds since 1970."""

    def age(self) -> float:
        """Return the seconds since the service confirmed it, 0 when clocks disagree."""
        return max(0.0, time.time() - self.at)

    def text(self) -> str:
        """Return the record as it is stored."""
        return json.dumps({"variant": self.variant, "at": round(self.at, 3)})


def record_now(variant: str) -> StickyRecord:
    """Return the record of an assignment that the service has just confirmed.

    Args:
        variant: The variant's name.
    """
    return StickyRecord(variant, time.time())


def read_record(text: str | bytes | None) -> StickyRecord | None:
    """Return the record in a stored text; None where there is none, or it is not ours.

    Args:
        text: What the store returned.
    """
    if text is None:
        return None
    try:
        found = json.loads(text)
        variant, at = found["variant"], float(found["at"])
    except (ValueError, TypeError, KeyError):
        return None
    return StickyRecord(variant, at) if isinstance(variant, str) and variant else None


def record_key(project_key: str, experiment_key: str, visitor: str) -> str:
    """Return the key of an assignment; lengths keep two pairs of names apart.

    Args:
        project_key: The project.
        experiment_key: The experiment.
        visitor: The visitor.
    """
    return f"midakit:{project_key}:{len(experiment_key)}:{experiment_key}:{visitor}"


def settled(assigned: str | None, kept: StickyRecord | None) -> str | None:
    """Decide which variant a visitor has.

    Args:
        assigned: What the service says; None where the visitor is not in the experiment.
        kept: What the store says.

    Returns:
        The variant of the store while the experiment runs; None when it does not.
    """
    if assigned is None:
        return None
    return assigned if kept is None else kept.variant
