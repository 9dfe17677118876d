"""The stubs in force; the one that was added last answers."""

import threading
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.stubs.request_match import SentRequest
from midakit.sandbox.stubs.stub import Stub, StubResponse, parse_stub
from midakit.sandbox.values import Body


class ActiveStubs:
    """Which requests get another answer than the sandbox's own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stubs: list[Stub] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._stubs)

    def add(self, given: Any) -> Body:
        """Add a stub, or a list of them, all or none.

        Args:
            given: The JSON form.

        Returns:
            The stub that was added last, with its number.

        Raises:
            HttpError: 400, one is not a stub.
        """
        stubs = [parse_stub(one) for one in (given if isinstance(given, list) else [given])]
        if not stubs:
            raise HttpError(400, "There is no stub in the list")
        with self._lock:
            for stub in stubs:
                self._count += 1
                stub.number = self._count
            self._stubs += stubs
        return stubs[-1].as_json()

    def as_json(self) -> list[Body]:
        """Return the stubs, the oldest first, with how often each has answered."""
        with self._lock:
            return [stub.as_json() for stub in self._stubs]

    def drop(self, number: int) -> None:
        """Remove a stub.

        Args:
            number: Its number.

        Raises:
            HttpError: 404, there is none with this number.
        """
        with self._lock:
            left = [stub for stub in self._stubs if stub.number != number]
            if len(left) == len(self._stubs):
                raise HttpError(404, f"There is no stub {number}")
            self._stubs = left

    def clear(self) -> None:
        """Remove every stub."""
        with self._lock:
            self._stubs = []

    def response_to(self, sent: SentRequest) -> tuple[int, StubResponse] | None:
        """Return the answer to a request, and count it.

        Args:
            sent: The request.

        Returns:
            The number of the stub and its answer, or None when no stub has one.
        """
        with self._lock:
            for stub in reversed(self._stubs):
                if stub.ready and not stub.match.differences(sent):
                    return stub.number, stub.next_response()
        return None
