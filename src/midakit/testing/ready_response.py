"""A response that serves both clients: a blocking one takes it, an asynchronous one awaits it."""

from collections.abc import Generator

from midakit.core.wire.messages import Response


class ReadyResponse(Response):
    """A response that is there already: awaiting it returns it."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, Response]:
        return self
        yield
