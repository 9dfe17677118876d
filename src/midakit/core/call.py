"""A call is a request not sent yet: frozen, picklable, comparable, with a stable id.

Builders make calls out of arguments; a client sends them. A call holds no key and no host, so it
can be planned on one machine and sent from another.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from shlex import quote
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote as percent

import attrs

from midakit.core.checks import HALF
from midakit.errors import InvalidRequest

if TYPE_CHECKING:
    from midakit.core.secret import Secret

T = TypeVar("T")

Pairs = tuple[tuple[str, str], ...]

IDEMPOTENCY = "x-idempotency-key"
"""The header whose value is another one at every call."""


class Repeat(NamedTuple):
    """What an automatic repeat may be told although the first attempt worked.

    `status` is the refusal (404 for a delete, 409 for serving); `body` is the answer that the lost
    reply must have held.
    """

    status: int
    body: bytes


class Address(NamedTuple):
    """Where a provider's calls go and how they carry the key, for showing only: a client has its own."""

    base_url: str
    key_header: str = "Authorization: ***"


ELSEWHERE = Address("https://api.example.com")


@attrs.frozen(kw_only=True, slots=False)  # with slots a frozen class takes twice as long to make
class Call(Generic[T]):
    """One request: what to send, what comes back, and whether it may be sent twice.

    Example:
        call = calls.experiments.result(1001, where=F.device == "mobile")
        print(call.operation, call.method, call.path, call.query)
        print(call)  # as a curl line, with the key masked
    """

    operation: str
    """The contract's operationId: the name in logs, spans and errors."""
    method: str
    path: str
    """From the base URL on; `{project_key}` is filled in by the client that sends it."""
    answer: type[Any]
    """The model of the whole body."""
    pick: str | None = None
    """The attribute of that model which is handed out; None: the model itself."""
    query: Pairs = ()
    body: bytes | None = None
    headers: "tuple[tuple[str, str | Secret], ...]" = ()
    safe: bool = False
    """Repeating it cannot add a second effect."""
    repeated: Repeat | None = None
    doubts: tuple[str, ...] = ()
    """What its builder did not know in what it was given; a client with `on_unknown="error"` refuses it."""
    address: Address = ELSEWHERE
    """What `print(call)` shows as the host and the masked key."""

    @property
    def id(self) -> str:
        """Sixteen hex digits, the same for the same request on every machine and in every run.

        Headers count, for they may change the answer; keys, and what differs at every call, do not.
        """
        return id_at(self, self.path)

    def _shown_headers(self) -> "Iterator[tuple[str, str]]":
        for name, value in self.headers:
            if isinstance(value, str) and name.lower() != IDEMPOTENCY:
                yield name, value

    def target(self, **scope: str) -> str:
        """Return path and query as they go on the wire.

        Args:
            **scope: What stands for each placeholder of the path, such as `project_key`.

        Raises:
            InvalidRequest: A value of the query cannot be encoded.

        Example:
            call = calls.goals.list(limit=5)
            print(call.target(project_key="shop"))
        """
        return self.fill(placeholders(scope))

    def fill(self, placeholders: Pairs) -> str:
        """Return the same, with the placeholders prepared once for many calls.

        Args:
            placeholders: What `placeholders` returned for a scope.

        Raises:
            InvalidRequest: A value of the query cannot be encoded.

        Example:
            from midakit.core.call import placeholders

            found = placeholders({"project_key": "shop"})
            paths = [calls.goals.get(goal).fill(found) for goal in (101, 205)]
        """
        path = self.path
        for place, value in placeholders:
            path = path.replace(place, value)
        return f"{path}?{_encoded_query(self.query)}" if self.query else path

    def curl(self, base_url: str | None = None, key_header: str | None = None, **scope: str) -> str:
        """Return the call as a curl command line with the key masked; `print(call)` shows it.

        Args:
            base_url: Where it would go; when left out, the provider's usual address.
            key_header: The header that carries the key, masked; when left out, the provider's usual one.
            **scope: What stands for each placeholder of the path, such as `project_key`.

        Raises:
            InvalidRequest: A value of the query cannot be encoded.

        Example:
            call = calls.experiments.get(1001)
            print(call.curl(base_url="http://127.0.0.1:4010/v2", project_key="shop"))
        """
        start = (base_url or self.address.base_url).rstrip("/")
        key = key_header or self.address.key_header
        given = {name.lower() for name, _ in self.headers}
        headers = [] if key.partition(":")[0].lower() in given else [key]
        headers += [f"{name}: {value}" for name, value in self.headers]
        words = ["curl", "-X", self.method, quote(start + self.target(**scope))]
        if self.body is not None:
            headers.append("Content-Type: application/json")
        for header in headers:
            words += ["-H", quote(header)]
        if self.body is not None:
            words += ["-d", quote(self.body.decode())]
        return " ".join(words)

    def __str__(self) -> str:
        return self.curl()


@lru_cache(maxsize=64)
def _sorted_query(query: Pairs) -> str:
    """Return the query as an id counts it; calls to many experiments share it."""
    return "".join([f"{name}={value}\0" for name, value in sorted(query)])


@lru_cache(maxsize=64)
def _encoded_query(query: Pairs) -> str:
    """Return the query as it goes on the wire; calls to many experiments share it."""
    pairs = []
    for name, value in query:
        try:
            pairs.append(f"{percent_encoded(name)}={percent_encoded(value)}")
        except UnicodeEncodeError:
            raise InvalidRequest(name, HALF) from None
    return "&".join(pairs)


_unreserved = re.compile(r"[\w.~-]*", re.ASCII).fullmatch


def id_at(call: Call[Any], path: str) -> str:
    """Return the id that a call would have with another path.

    Args:
        call: The call.
        path: From the base URL on.
    """
    from hashlib import blake2b  # brings OpenSSL along

    text = f"{call.method}\0{path}\0{_sorted_query(call.query)}"
    whole = text.encode(errors="surrogatepass") + (call.body or b"")
    digest = blake2b(whole, digest_size=8)
    if call.headers:
        shown = ((name.lower(), value) for name, value in call._shown_headers())
        for name, value in sorted(shown):
            digest.update(f"\0{name}: {value}".encode())
    return digest.hexdigest()


def percent_encoded(text: str) -> str:
    """Return text percent-encoded; most texts need none, and quote is slow.

    Args:
        text: A name or a value of the query.
    """
    return text if _unreserved(text) else percent(text, safe="")


def placeholders(scope: Mapping[str, str]) -> Pairs:
    """Return each placeholder that a path may hold, with what takes its place.

    Args:
        scope: Values for the placeholders, by name, such as `project_key`.
    """
    return tuple((f"{{{name}}}", percent(value, safe="")) for name, value in scope.items())
