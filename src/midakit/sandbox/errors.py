"""The one way a request is refused: a status and a sentence.

The server turns it into `{"error": message}`; everything below the server only raises it.
"""


class HttpError(Exception):
    """A request that gets a 4xx: `status` and the `message` the caller will read."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"
