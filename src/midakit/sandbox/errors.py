"""The one way in which a request is refused: a status and a sentence.

The server turns it into `{"error": message}`; everything below the server only raises it.
"""


class HttpError(Exception):
    """A refused request.

    Args:
        status: The HTTP status, usually 4xx.
        message: The sentence that the caller reads.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message

    def __str__(self) -> str:
        return f"{self.status}: {self.message}"
