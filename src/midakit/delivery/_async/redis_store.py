"""Assignments in Redis or Valkey, shared by all processes of a service."""

from midakit.delivery.twins import aio as twins


class AsyncRedisStore:
    """A store of assignments in Redis or Valkey, for the option `store`.

    Args:
        url: Address of the server, such as `redis://localhost:6379/0` or `rediss://...` with TLS.
        timeout: Seconds that a page waits for the server at most; then the service is asked.

    Example:
        store = AsyncRedisStore("redis://localhost:6379/0", timeout=0.5)
        sticky = AsyncMidaDelivery(store=store)
        print(await sticky.variant("homepage-headline", "user-42"))
        await store.aclose()
    """

    def __init__(self, url: str, *, timeout: float = 0.02) -> None:
        self._connections = twins.RedisConnections(url, timeout)

    async def get(self, key: str) -> str | None:
        """Return the text under a key, or None.

        Args:
            key: What `set` was called with.

        Raises:
            redis.RedisError: The server does not answer; a delivery client then asks Mida.

        Example:
            store = AsyncRedisStore("redis://localhost:6379/0", timeout=0.5)
            assert await store.get("unknown") is None
        """
        found = await self._connections.client().get(key)
        return None if found is None else str(found)

    async def set(self, key: str, value: str, seconds: float) -> None:
        """Keep a text.

        Args:
            key: The name to keep it under.
            value: The text.
            seconds: How long to keep it.

        Raises:
            redis.RedisError: The server does not answer.

        Example:
            store = AsyncRedisStore("redis://localhost:6379/0", timeout=0.5)
            await store.set("key", "text", seconds=60)
            assert await store.get("key") == "text"
        """
        await self._connections.client().set(key, value, px=max(1, int(seconds * 1000)))

    async def delete(self, key: str) -> None:
        """Forget the text under a key, if there is one.

        Args:
            key: What `set` was called with.

        Raises:
            redis.RedisError: The server does not answer.

        Example:
            store = AsyncRedisStore("redis://localhost:6379/0", timeout=0.5)
            await store.delete("key")
        """
        await self._connections.client().delete(key)

    async def aclose(self) -> None:
        """Close the connections to the server.

        Example:
            store = AsyncRedisStore("redis://localhost:6379/0")
            await store.aclose()
        """
        await self._connections.close()
