"""Cassettes: real exchanges recorded to one file, and replayed without a network.

    with Cassette("tests/cassettes/result.json", mode="record") as cassette:
        with Mida(transport=cassette) as mida:
            mida.experiments.result(1001)

    replay    answers from the file only (the default)
    record    records everything again; what the file held is dropped
    new       answers from the file, and records what is missing

The file is written when the block ends without an error, whole or not at all.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterable
from inspect import isawaitable
from pathlib import Path
from threading import Lock
from typing import Any, Literal, get_args

from midakit.core.files import RESERVED, write_whole
from midakit.core.wire.messages import Request, Response
from midakit.errors import ConfigurationError, TransportError
from midakit.testing import asked, exchanges

Mode = Literal["replay", "record", "new"]


class Cassette:
    """A transport that records and replays: `Mida(transport=...)`, `AsyncMida(transport=...)`.

    Args:
        path: The file.
        mode: What to do: "replay", "record" or "new".
        inner: The transport that recordings go through; by default one over httpx.
        secrets: Further words that must not stand in the file.
        repeat: Give the last response to a request again when it is asked for more often.

    Raises:
        ConfigurationError: The mode is unknown, or the file is not a cassette.

    Example:
        with Cassette("goals.json", mode="record") as cassette, Mida(transport=cassette) as recorded:
            goals = recorded.goals.list().collect()
        with Cassette("goals.json") as cassette, Mida(transport=cassette) as replayed:
            assert replayed.goals.list().collect() == goals
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        mode: Mode = "replay",
        *,
        inner: Any = None,
        secrets: Iterable[str] = (),
        repeat: bool = False,
    ) -> None:
        if mode not in get_args(Mode):
            raise ConfigurationError(f"mode: {mode!r} is not one of: {', '.join(get_args(Mode))}")
        self.path = Path(path)
        self.mode: Mode = mode
        self._inner = inner
        self._opened: dict[str, Any] = {}
        self._secrets = tuple(secrets)
        self._repeat = repeat
        self._lock = Lock()
        self._recorded: list[exchanges.Exchange] = []
        self._held = [] if mode == "record" else self._read()
        self._projects: set[str] = set()
        self._known = {one.project for one in self._held}
        self._left: dict[str, list[exchanges.Exchange]] = defaultdict(list)
        self.rewind()

    def __enter__(self) -> "Cassette":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.save()

    @property
    def unused(self) -> list[str]:
        """The recorded requests that were not sent again."""
        return [str(one.asked) for left in self._left.values() for one in left]

    def rewind(self) -> None:
        """Begin again with the first recorded response to each request.

        Example:
            with Cassette("goals.json", mode="new") as cassette, Mida(transport=cassette) as recorded:
                recorded.goals.get(205)
            with Cassette("goals.json") as cassette, Mida(transport=cassette) as replayed:
                replayed.goals.get(205)
                cassette.rewind()
                replayed.goals.get(205)
        """
        with self._lock:
            self._left.clear()
            for one in self._held:
                self._left[one.asked.key].append(one)

    def send(self, request: Request) -> Any:
        """Return the recorded response, or the real one; for blocking and asynchronous clients.

        Args:
            request: A request on its way to the transport.

        Returns:
            The response; an asynchronous client awaits it.

        Raises:
            Unexpected: The file does not hold this request, and the mode is "replay".
            TransportError: As recorded, or as it happened just now.

        Example:
            cassette = Cassette("goals.json", mode="new")
            with Mida(transport=cassette) as recorded:
                recorded.goals.get(205)  # the client calls `cassette.send`
        """
        key, project = exchanges.asked_by(request, self._secrets), exchanges.asked_project(request)
        with self._lock:
            found = self._next(key, project)
            if found is not None:
                return found.play()
            if self.mode == "replay":
                raise asked.Unexpected(self._missing(key, project))
            self._projects.add(exchanges.project_key(request) or "")
            came: dict[str, Any] = {}
            # its place: responses may overtake each other
            self._recorded.append(exchanges.Exchange(key, came, project))
        return self._record(request, came)

    def _next(self, key: asked.Asked, project: str | None) -> exchanges.Exchange | None:
        left = self._left.get(key.key, [])
        mine = self._of_project(left, project)
        if not mine:
            return None
        if not (self._repeat and len(mine) == 1):
            left.remove(mine[0])
        return mine[0]

    def _of_project(
        self, found: Iterable[exchanges.Exchange], project: str | None
    ) -> list[exchanges.Exchange]:
        """Return the exchanges of a project; all when replaying with a project key that is made up."""
        if self.mode == "replay" and project not in self._known:
            return list(found)
        return [one for one in found if one.project in (None, project)]

    def _record(self, request: Request, came: dict[str, Any]) -> Any:
        try:
            response = self._transport().send(request)
        except TransportError as error:
            came.update(exchanges.failed(error))
            raise
        if isawaitable(response) and not isinstance(response, Response):  # a ready one is both
            return self._awaited(response, request, came)
        came.update(exchanges.answered(request, response, self._secrets))
        return response

    async def _awaited(self, coming: Any, request: Request, came: dict[str, Any]) -> Response:
        try:
            response: Response = await coming
        except TransportError as error:
            came.update(exchanges.failed(error))
            raise
        came.update(exchanges.answered(request, response, self._secrets))
        return response

    def _transport(self) -> Any:
        """Return the inner transport; without one, httpx's for whoever is asking."""
        if self._inner is not None:
            return self._inner
        from midakit.testing.real_transport import asking, open_transport

        kind = asking()
        with self._lock:
            if kind not in self._opened:
                self._opened[kind] = open_transport(kind)
            return self._opened[kind]

    def save(self) -> None:
        """Write what was recorded; without a recording the file stays as it is.

        Raises:
            OSError: The file cannot be written.

        Example:
            cassette = Cassette("goals.json", mode="new")
            with Mida(transport=cassette) as recorded:
                recorded.goals.get(205)
            cassette.save()
        """
        with self._lock:
            finished = [one for one in self._recorded if one.came]
            projects = sorted(self._projects)
        if finished:
            text = exchanges.written([*self._held, *finished])
            for key in projects:  # a response to one project may name another
                if len(key) >= exchanges.SHORTEST:
                    text = text.replace(key, exchanges.alias(key))
            write_whole(self.path, text)

    def close(self) -> None:
        """Close the connections; the file is written when the block ends.

        Example:
            cassette = Cassette("goals.json", mode="new")
            cassette.close()
        """
        inner = self._opened.pop("blocking", self._inner)
        if hasattr(inner, "close"):
            inner.close()

    async def aclose(self) -> None:
        """Close the connections; the file is written when the block ends.

        Example:
            cassette = Cassette("goals.json", mode="new")
            await cassette.aclose()
        """
        inner = self._opened.pop("asynchronous", self._inner)
        if hasattr(inner, "aclose"):
            await inner.aclose()

    def _read(self) -> list[exchanges.Exchange]:
        try:
            return exchanges.read(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except ValueError as error:
            raise ConfigurationError(f"{self.path} is not a cassette: {error}") from error

    def _missing(self, key: asked.Asked, project: str | None) -> str:
        if not self._held:
            return f"{key}: nothing is recorded in {self.path}; {HOW}"
        same = sum(one.asked == key for one in self._of_project(self._held, project))
        if same:
            return f"{key}: asked for more often than the {same} times in {self.path}; {HOW}"
        compared = [(str(one.asked), asked.differences(key, one.asked)) for one in self._held]
        return f"{key}: not in {self.path}; {HOW}\n{asked.nearest(compared)}"

    def __repr__(self) -> str:
        return f"<Cassette {self.path}, {self.mode}>"


HOW = "record it with mode='new' (pytest --mida-record=new)"


def file_name(name: str) -> str:
    """Return a file name for a test's name: without separators or a leading dot, and not too long.

    Args:
        name: The test's name, with its parameters.
    """
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.")
    if plain.partition(".")[0].lower() in RESERVED:
        plain = f"_{plain}"
    if plain == name and len(name) <= 100:
        return f"{plain}.json"
    from hashlib import blake2b

    digest = blake2b(name.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()
    return f"{plain[:80]}-{digest}.json"  # two names never share a file
