"""An answer that serves both halves: a blocking client takes it, an asynchronous one awaits it."""

from collections.abc import Generator

from midakit.core.wire.messages import Response


class Ready(Response):
    """A response that is there already; awaiting it gives itself."""

    __slots__ = ()

    def __await__(self) -> Generator[None, None, Response]:
        return self
        yield
