"""Assignments in the memory of this process: for tests, and for programs of one process."""

from collections import OrderedDict

from midakit.core.concurrency import aio as concurrency


class AsyncMemoryStore:
    """A store of assignments in memory, for the option `store`.

    Args:
        size: The most assignments; the oldest one makes place.

    Example:
        store = AsyncMemoryStore(size=10_000)
        sticky = AsyncMidaDelivery(store=store, sticky_for=30 * 86_400)
        print(await sticky.variant("homepage-headline", "user-42"))
    """

    def __init__(self, size: int = 100_000) -> None:
        self._size = size
        self._texts: OrderedDict[str, tuple[float, str]] = OrderedDict()

    async def get(self, key: str) -> str | None:
        """Return the text under a key, or None.

        Args:
            key: What `set` was called with.

        Example:
            store = AsyncMemoryStore()
            assert await store.get("unknown") is None
        """
        ends, text = self._texts.get(key, (0.0, None))
        return text if concurrency.now() < ends else None

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a text.

        Args:
            key: The name to keep it under.
            value: The text.
            seconds: How long to keep it.

        Example:
            store = AsyncMemoryStore()
            await store.set("key", "text", seconds=60)
            assert await store.get("key") == "text"
        """
        self._texts[key] = concurrency.now() + seconds, value
        self._texts.move_to_end(key)
        while len(self._texts) > self._size:
            self._texts.popitem(last=False)

    async def delete(self, key: str) -> None:
        """Forget the text under a key, if there is one.

        Args:
            key: What `set` was called with.

        Example:
            store = AsyncMemoryStore()
            await store.set("key", "text", seconds=60)
            await store.delete("key")
            assert await store.get("key") is None
        """
        self._texts.pop(key, None)
