"""Where messages go: each channel has a name and sends one message, or raises."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from midakit.core.extras import need
from midakit.core.printable import one_line
from midakit.core.secret import Secret
from midakit.errors import InvalidRequest, MidakitError
from midakit.guard.memory import Message
from midakit.guard.signing import headers

TIMEOUT = 10.0


class NotSent(MidakitError):
    """A channel could not send a message; it is sent at the next look."""


class Channel(Protocol):
    """Sends messages to one place.

    Example:
        class Pager:
            name = "pager"

            def send(self, message):
                if message.urgent:
                    print("wake somebody:", message.text)

        await AsyncGuard(mida, "watch.json", [Pager()]).look()
    """

    name: str
    """Which place it is; the same in every run."""

    def send(self, message: Message) -> None:
        """Send one message.

        Args:
            message: The message.

        Raises:
            NotSent: It could not be sent.

        Example:
            JsonLines(Path("told.jsonl")).send(message)
        """


class Terminal:
    """Says messages, a line each.

    Args:
        say: Prints a line.

    Example:
        watching = AsyncGuard(mida, "watch.json", [Terminal(print)])
    """

    name = "terminal"

    def __init__(self, say: Callable[[str], Any]) -> None:
        self._say = say

    def send(self, message: Message) -> None:
        """Say one message.

        Args:
            message: The message.

        Example:
            Terminal(print).send(message)
        """
        self._say(line(message))


class JsonLines:
    """Adds messages to a file, a JSON object a line; a repeat is not added again.

    Args:
        file: The file.

    Example:
        watching = AsyncGuard(mida, "watch.json", [JsonLines(Path("told.jsonl"))])
    """

    name = "json"

    def __init__(self, file: Path) -> None:
        self.file = file

    def send(self, message: Message) -> None:
        """Add one message.

        Args:
            message: The message.

        Raises:
            NotSent: The file cannot be written.

        Example:
            JsonLines(Path("told.jsonl")).send(message)
            print(Path("told.jsonl").read_text())
        """
        text = json.dumps(message.to_dict(), ensure_ascii=False) + "\n"
        try:
            # a pipe or a terminal, such as /dev/stdout, has no end that it could be read to
            there = self.file.read_bytes() if self.file.is_file() else b""
            lines, _, torn = there.rpartition(b"\n")
            if f'"id": "{message.id}"'.encode() in lines:
                return
            with self.file.open("ab") as out:
                out.write(f"\n{text}".encode() if torn else text.encode())
        except OSError as error:
            raise NotSent(f"{self.file}: {error.strerror}") from None


class Webhook:
    """Posts messages as JSON, signed where there is a secret.

    Args:
        url: The address.
        secret: `whsec_...`; without it messages are not signed.
        number: Which webhook it is, for its name.

    Raises:
        InvalidRequest: The address is none.
        ConfigurationError: The secret is not base64.

    Example:
        from midakit.core.secret import Secret

        hook = Webhook("https://hooks.example.com/mida", Secret("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="))
        watching = AsyncGuard(mida, "watch.json", [hook])
    """

    def __init__(self, url: str, secret: Secret | None = None, number: int = 1) -> None:
        self.name = f"webhook {number}"
        if not re.match(r"https?://[^/?#]", url, re.IGNORECASE):
            raise InvalidRequest(self.name, "its address must begin with https:// or http://")
        if secret is not None:
            headers("", 0, b"", secret)  # better refused now than when something is to be told
        self._url = url
        self._secret = secret

    def send(self, message: Message) -> None:
        """Post one message.

        Args:
            message: The message.

        Raises:
            NotSent: The receiver refused, or could not be reached.

        Example:
            try:
                Webhook("http://127.0.0.1:9/mida").send(message)
            except NotSent as error:
                print(error)
        """
        import httpx

        body = json.dumps(
            {"type": f"experiment.{message.code}", "data": message.to_dict()}, ensure_ascii=False
        ).encode()
        sent = {"content-type": "application/json", "webhook-id": message.id}
        if self._secret is not None:
            sent |= headers(message.id, int(time.time()), body, self._secret)
        try:
            # the body is not read: nobody needs it, and it may never end
            with httpx.stream(
                "POST", self._url, content=body, headers=sent, timeout=TIMEOUT
            ) as reply:
                status = reply.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotSent(f"{self.name}: {type(error).__name__}") from None
        if status >= 300:
            raise NotSent(f"{self.name}: answered {status}")


class Apprise:
    """Sends messages by apprise: Slack, e-mail and a hundred others, one address each.

    Args:
        address: An address as apprise takes it, such as `mailto://...`; it may hold a password.
        number: Which address it is, for its name.

    Raises:
        MissingExtra: apprise is not installed (extra `notify`).
        NotSent: apprise does not know such an address.

    Example:
        watching = AsyncGuard(mida, "watch.json", [Apprise("slack://TokenA/TokenB/TokenC/#tests")])
    """

    def __init__(self, address: str, number: int = 1) -> None:
        self.name = f"notify {number}"
        self._sender = need("apprise", extra="notify").Apprise()
        if not self._sender.add(address):
            raise NotSent(f"{self.name}: apprise does not know such an address")

    def send(self, message: Message) -> None:
        """Send one message.

        Args:
            message: The message.

        Raises:
            NotSent: apprise could not send it.

        Example:
            try:
                Apprise("json://127.0.0.1:9").send(message)
            except NotSent as error:
                print(error)
        """
        title = f"Mida: {one_line(message.test_name)}"
        if not self._sender.notify(title=title, body=line(message)):
            raise NotSent(f"{self.name}: could not be sent")


def line(message: Message) -> str:
    """Return a message as one line; control characters of the account's texts are spelled out.

    Args:
        message: The message.
    """
    mark = "!" if message.urgent else "-"
    return f"{mark} {message.test_id} {one_line(message.test_name)}: {one_line(message.text)}"
