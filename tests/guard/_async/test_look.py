"""Looks at a real server: what changed is told once, harm is stopped after asking twice."""

import errno
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midakit import AsyncMida
from midakit.errors import InvalidRequest
from midakit.guard import GuardLook, Message, NotSent, Terminal
from midakit.guard._async.guarding import AsyncGuard
from midakit.guard.conditions import GuardCondition, Judged

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Flaky:
    """A channel that fails so many times first."""

    def __init__(self, failures, name="flaky"):
        self.name, self.failures, self.got = name, failures, []

    def send(self, message: Message) -> None:
        if self.failures:
            self.failures -= 1
            raise NotSent(f"{self.name}: away")
        self.got.append(message)


async def test_what_is_true_is_told_once_and_its_end_too(options, tmp_path):
    said: list[str] = []
    async with AsyncMida(**options) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", [Terminal(said.append)])
        found = await guard.look(NOW)
        assert isinstance(found, GuardLook)
        assert found.looked_at == 6
        assert found.failures == []
        assert [one.code for one in found.found[1001]][:1] == ["no-traffic"]
        assert 1006 not in found.found  # its winner is served
        first = len(said)
        await guard.look(NOW)
        assert len(said) == first
        await mida.goals.delete(201)
        found = await guard.look(NOW)
        assert "no-goal" in [one.code for one in found.found[1001]]
        assert found.urgent
        assert said[first:] == [
            "! 1001 Homepage headline: the goal is gone: it was deleted, or never set"
        ]


async def test_a_channel_that_is_away_gets_everything_later_and_the_other_nothing_twice(
    options, tmp_path
):
    away, there = Flaky(2, "away"), Flaky(0, "there")
    async with AsyncMida(**options) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", [away, there])
        first = await guard.look(NOW)
        assert first.failures == ["away: away"]
        assert away.got == []
        told = [one.id for one in there.got]
        await guard.look(NOW)
        assert [one.id for one in away.got] == told == [one.id for one in there.got]


async def test_without_the_days_nothing_is_said_of_traffic_and_nothing_is_over(
    options, mida_sandbox, tmp_path
):
    """1001 has no traffic: that is not taken back while the days are away, and told of no other."""
    said: list[str] = []
    async with AsyncMida(**options, retry=1) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", [Terminal(said.append)])
        await guard.look(NOW)
        told = len(said)
        mida_sandbox.faults("status;code=500", path="/timeseries")
        found = await guard.look(NOW)
        mida_sandbox.clear_faults()
        assert said[told:] == []
        assert found.looked_at == 6
        assert len(found.failures) == 6
        assert all("timeseries: 500" in one for one in found.failures)
        assert (await guard.look(NOW)).failures == []
        assert len(said) == told


async def test_a_look_beside_another_is_refused_and_tells_nothing(options, tmp_path, look_beside):
    refused: list[InvalidRequest] = []
    said: list[str] = []

    class Beside:
        """A channel during whose message a second guard begins."""

        name = "beside"

        def send(self, message: Message) -> None:
            if not refused:
                with pytest.raises(InvalidRequest) as caught:
                    look_beside(tmp_path / "guard.json", [Terminal(said.append)], NOW)
                refused.append(caught.value)

    async with AsyncMida(**options) as mida:
        found = await AsyncGuard(mida, tmp_path / "guard.json", [Beside()]).look(NOW)
    assert str(refused[0]) == (
        f"state: another guard is looking with {tmp_path / 'guard.json'}; wait for it to end"
    )
    assert said == []
    assert found.told > 0
    async with AsyncMida(**options) as mida:  # the lock is gone with its look
        assert (await AsyncGuard(mida, tmp_path / "guard.json", []).look(NOW)).looked_at == 6


async def test_harm_is_stopped_only_when_two_looks_agree(options, tmp_path, monkeypatch):
    answers = iter([True, False, True, True])

    async def harmful(self, test_id, now):
        if test_id != 1002:
            return Judged()
        harm = GuardCondition("harm", "Variant 1 is worse")
        return Judged((harm,) if next(answers) else ())

    monkeypatch.setattr(AsyncGuard, "_conditions", harmful)
    channel = Flaky(0)
    async with AsyncMida(**options) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", [channel], stop_on_harm=True)
        assert (await guard.look(NOW)).stopped == []
        assert (await mida.experiments.get(1002)).status == "live"
        assert (await guard.look(NOW)).stopped == [1002]
        assert (await mida.experiments.get(1002)).status == "inactive"
    assert [one.code for one in channel.got] == ["harm", "stopped"]


async def test_a_comment_that_the_account_refuses_is_told_and_not_repeated(options, tmp_path):
    async with AsyncMida(**options) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", comment=True)
        first = await guard.look(NOW)
        assert all(one.startswith("comment: 400") for one in first.failures)
        assert (await guard.look(NOW)).failures == []


async def test_a_comment_waits_while_the_service_is_away_and_is_written_once(
    options, mida_sandbox, tmp_path
):
    async with AsyncMida(**options, retry=1) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", comment=True)
        mida_sandbox.faults("status;code=503", path="/discussion", method="POST")
        away = await guard.look(NOW)
        mida_sandbox.clear_faults()
        mida_sandbox.stub("POST", "/discussion", {"body": {"success": True}})
        there = await guard.look(NOW)
        again = await guard.look(NOW)
    assert away.told == 0
    assert len(away.failures) == there.told > 0
    assert there.failures == []
    assert again.told == 0


async def test_a_stop_that_was_refused_is_not_told_as_done_when_somebody_else_stops_it(
    options, mida_sandbox, tmp_path, monkeypatch
):
    async def harmful(self, test_id, now):
        return Judged((GuardCondition("harm", "it is worse"),) if test_id == 1002 else ())

    monkeypatch.setattr(AsyncGuard, "_conditions", harmful)
    channel = Flaky(0)
    async with AsyncMida(**options, retry=1) as mida:
        guard = AsyncGuard(mida, tmp_path / "guard.json", [channel], stop_on_harm=True)
        mida_sandbox.faults("status;code=403", path="/status", method="PATCH")
        found = await guard.look(NOW)
        mida_sandbox.clear_faults()
        assert found.stopped == []
        assert found.failures[0].startswith("1002: 403")
        await mida.experiments.stop(1002)
        await guard.look(NOW)
    assert [one.code for one in channel.got] == ["harm"]


async def test_a_channel_that_raises_an_error_of_its_own_keeps_the_others_going(options, tmp_path):
    class Pager:
        name = "pager"

        def send(self, message: Message) -> None:
            raise ConnectionResetError("the pager\x07 is away")

    there = Flaky(0, "there")
    async with AsyncMida(**options) as mida:
        found = await AsyncGuard(mida, tmp_path / "guard.json", [Pager(), there]).look(NOW)
    assert found.told == len(there.got) > 0
    assert found.failures == ["pager: ConnectionResetError: the pager\\u0007 is away"]


async def test_a_folder_that_is_missing_is_made_and_what_cannot_be_used_is_refused(
    options, tmp_path
):
    async with AsyncMida(**options) as mida:
        await AsyncGuard(mida, tmp_path / "new" / "guard.json").look(NOW)
        assert (tmp_path / "new" / "guard.json").exists()
        (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
        (tmp_path / "folder").mkdir()
        for name in ("bytes.json", "folder", "bytes.json/guard.json", "/"):
            with pytest.raises(InvalidRequest, match="^state: .* cannot be"):
                await AsyncGuard(mida, tmp_path / name).look(NOW)
        with pytest.raises(InvalidRequest, match="^now: needs a time zone"):
            await AsyncGuard(mida, tmp_path / "guard.json").look(NOW.replace(tzinfo=None))


async def test_a_full_disk_is_named_and_nothing_is_told_again_and_again(
    options: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is not sent at each look while nobody can write down that it was sent."""

    def full(path: Path, content: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    state, channel = tmp_path / "guard.json", Flaky(1)
    async with AsyncMida(**options) as mida:
        await AsyncGuard(mida, state, [channel]).look(NOW)
        with monkeypatch.context() as patched:
            patched.setattr("midakit.guard.state_file.write_whole", full)
            for _ in range(2):
                with pytest.raises(
                    InvalidRequest, match=r"^state: .*guard\.json cannot be written: No"
                ):
                    await AsyncGuard(mida, state, [channel]).look(NOW)
        assert channel.got == []
        assert (await AsyncGuard(mida, state, [channel]).look(NOW)).told == len(channel.got) > 0
