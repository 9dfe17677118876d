"""One look at all live experiments: judge, remember, tell, and stop what does harm."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from midakit.core.concurrency import aio as concurrency
from midakit.core.printable import one_line
from midakit.errors import (
    APIError,
    InvalidRequest,
    MidakitError,
    NotFound,
    RateLimited,
    ServerError,
    TransportError,
)
from midakit.guard.channels import Channel, NotSent
from midakit.guard.conditions import ALPHA, Judged, conditions
from midakit.guard.looks import GuardLook
from midakit.guard.memory import (
    Memory,
    Stopping,
    crossed_out,
    looked,
    only_live,
    stopped,
)
from midakit.guard.state_file import StateFile
from midakit.mida import calls
from midakit.mida.models.experiments import is_running

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

AT_ONCE = 8
"""How many experiments are judged at once; each takes four requests."""
AWAY = (TransportError, RateLimited, ServerError)
"""Errors after which a comment is tried again at the next look; others say that it is refused."""


class AsyncGuard:
    """Looks at live experiments and tells what has changed, once for each change.

    Args:
        mida: The client of the project.
        state: The file in which it remembers what was told.
        channels: Where messages go.
        stop_on_harm: Stops an experiment that two looks, one after the other, call harmful.
        comment: Also writes each message as a comment on its experiment.
        alpha: The probability with which a healthy experiment may be called harmful.

    Example:
        watching = AsyncGuard(mida, "watch.json", [Terminal(print)], stop_on_harm=True)
        look = await watching.look()
        print(look.looked_at, look.stopped)
    """

    def __init__(
        self,
        mida: "AsyncMida",
        state: Path | str,
        channels: Sequence[Channel] = (),
        *,
        stop_on_harm: bool = False,
        comment: bool = False,
        alpha: float = ALPHA,
    ) -> None:
        self.mida = mida
        self.state = Path(state)
        self._file = StateFile(self.state)
        self.channels = channels
        self.stop_on_harm = stop_on_harm
        self.comment = comment
        self.alpha = alpha
        self._goals: frozenset[int | None] | None = None

    async def look(self, now: datetime | None = None) -> GuardLook:
        """Judge every live experiment of the project, and tell what has changed since the last look.

        Args:
            now: The present; when left out, the clock's.

        Returns:
            What was found. A failure of one experiment or channel does not stop the others: what
            could not be told is told at the next look.

        Raises:
            InvalidRequest: The state file cannot be read or written, another look is using it, or `now` has
                no time zone.
            MidakitError: The experiments could not be listed.

        Example:
            look = await guard.look()
            print(look.told, "told; urgent:", look.urgent)
        """
        if now is not None and now.tzinfo is None:
            raise InvalidRequest("now", "needs a time zone, as datetime.now(UTC) has one")
        with self._file.locked():
            return await self._look(now or datetime.now(UTC))

    async def _look(self, now: datetime) -> GuardLook:
        """Look, with no other look beside it."""
        memory = self._file.read()
        self._file.write(memory)  # where it cannot be, what waits would be sent at each look anew
        found = GuardLook()
        memory = await self._tell(memory, found)  # what a killed look has left
        listed = await self.mida.experiments.list(page_size=500).collect()
        live = [one for one in listed if is_running(one)]
        ids = [one.test_id for one in live if one.test_id is not None]
        for intent in memory.stopping:  # of a look that was killed
            if intent.test_id not in ids:
                memory = stopped(memory, intent)
        memory = attrs.evolve(memory, stopping=())
        memory = only_live(memory, ids)
        goals = await self.mida.goals.list(page_size=500).collect()
        self._goals = frozenset(one.goal_profile_id for one in goals)

        async def judge(test_id: int) -> Judged | MidakitError | None:
            try:
                return await self._conditions(test_id, now)
            except MidakitError as error:
                return error

        judged = await concurrency.fan_out(judge, ids, limit=AT_ONCE)
        names = {one.test_id: one.test_name or "" for one in live}
        for test_id, one in zip(ids, judged, strict=True):
            if isinstance(one, MidakitError):
                found.failures.append(f"{test_id}: {one}")
            elif one is not None:
                memory = await self._one(test_id, names[test_id], one, memory, found, now)
        self._file.write(memory)
        await self._tell(memory, found)
        return found

    async def _one(
        self,
        test_id: int,
        name: str,
        judged: Judged,
        memory: Memory,
        found: GuardLook,
        now: datetime,
    ) -> Memory:
        """Remember what is true of an experiment, and stop it where that is wanted."""
        found.looked_at += 1
        found.failures += [f"{test_id}: {part}" for part in judged.missing]
        memory = looked(memory, test_id, name, judged.conditions, whole=not judged.missing)
        if judged.conditions:
            found.found[test_id] = judged.conditions
        harm = next((one for one in judged.conditions if one.code == "harm"), None)
        if harm is None or not self.stop_on_harm:
            return memory
        before, intent = memory, Stopping(test_id, name, harm.text)
        try:
            if not await self._still_harmful(test_id, now):
                return memory
            memory = attrs.evolve(memory, stopping=(*memory.stopping, intent))
            self._file.write(memory)  # a killed process does not forget that it stopped something
            await self.mida.experiments.stop(test_id)
        except MidakitError as error:
            found.failures.append(f"{test_id}: {error}")
            refused = isinstance(error, APIError) and error.status < 500
            return before if refused else memory  # else it may be stopped: the next look sees it
        found.stopped.append(test_id)
        return stopped(memory, intent)

    async def _conditions(self, test_id: int, now: datetime) -> Judged | None:
        """Return what is known of an experiment; None where it belongs to another project."""
        try:
            details = await self.mida.send(calls.experiments.get(test_id))
        except NotFound:
            return None
        verdict = await self.mida.verdict(test_id)
        found = conditions(details, verdict, now, goals=self._goals, alpha=self.alpha)
        return Judged(found, verdict.missing)

    async def _still_harmful(self, test_id: int, now: datetime) -> bool:
        """Ask for the same evidence a second time."""
        again = await self._conditions(test_id, now) or Judged()
        return any(one.code == "harm" for one in again.conditions)

    async def _tell(self, memory: Memory, found: GuardLook) -> Memory:
        """Send what waits, and return the memory with what was sent crossed out."""
        names = [one.name for one in self.channels] + (["comment"] if self.comment else [])
        if not names:
            memory = attrs.evolve(memory, waiting=(), sent=())
            self._file.write(memory)
            return memory
        for channel in self.channels:
            for message in memory.missing(channel.name):
                try:
                    await concurrency.run_blocking(channel.send, message)
                except NotSent as error:
                    found.failures.append(str(error))
                    break
                except BrokenPipeError:  # nobody reads the terminal any more
                    raise
                except Exception as error:  # a channel of the user's own raises what it likes
                    told = one_line(f"{type(error).__name__}: {error}")
                    found.failures.append(f"{channel.name}: {told}")
                    break
                memory = crossed_out(memory, message, channel.name, names)
                self._file.write(memory)
                found.told += 1
        for message in memory.missing("comment") if self.comment else ():
            try:
                await self.mida.comments.add(message.test_id, message.text)
            except MidakitError as error:  # API keys of most accounts cannot comment
                found.failures.append(f"comment: {error}")
                if isinstance(error, AWAY):
                    continue
            else:
                found.told += 1
            memory = crossed_out(memory, message, "comment", names)
            self._file.write(memory)
        return memory
