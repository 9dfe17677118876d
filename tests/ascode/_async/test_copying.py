"""Copies from project to project, backups and restoring, against a real server."""

import json

import pytest

from midakit import AsyncMida, InvalidRequest
from midakit.ascode._async.backups import backup, backup_of
from midakit.ascode._async.copying import copy, plan_copy
from midakit.ascode._async.folder import AsyncCodeFolder

pytestmark = pytest.mark.anyio


@pytest.fixture
def other(sandbox):
    """What a client of a second, empty project takes."""
    made = sandbox.state.add_project(
        {"project_key": "STAGING", "website_name": "Staging"}, "second-key"
    )
    return {
        "api_key": "second-key",
        "project_key": made["project_key"],
        "base_url": sandbox.base_url,
    }


async def test_an_experiment_is_copied_with_its_goal_and_as_a_draft(options, other):
    async with AsyncMida(**options) as source, AsyncMida(**other) as target:
        plan = await plan_copy(source, target, 1001)
        assert [(one.action, one.kind) for one in plan.steps] == [
            ("create", "goal"), ("create", "experiment")
        ]  # fmt: skip
        await copy(source, target, 1001, plan=plan)
        made = [one async for one in target.experiments.list() if one.status == "draft"]
        copies = [await target.experiments.get(one.test_id) for one in made
                  if one.test_name == "Homepage headline"]  # fmt: skip
        assert copies[0].primary_goal.goal_key == "checkout_started"
        with pytest.raises(InvalidRequest, match="is there already; choose another name"):
            await plan_copy(source, target, 1001)
        second = await copy(source, target, 1001, name="Again")
        assert [one.kind for one in second.steps] == ["experiment"]


async def test_a_whole_project_is_copied_and_a_repeat_has_nothing_to_do(options, other, tmp_path):
    async with AsyncMida(**options) as source, AsyncMida(**other) as target:
        await source.exclusion_groups.create("Checkout", {1001: 30, 1003: 70})
        await copy(source, target)
        assert not await plan_copy(source, target)
        one, two = (AsyncCodeFolder(tmp_path / name, mida)
                    for name, mida in (("a", source), ("b", target)))  # fmt: skip
        await one.pull()
        await two.pull()
        assert texts(tmp_path / "a") == texts(tmp_path / "b")


def texts(place):
    """Return what files say, the status of experiments left out: copies are drafts."""
    return {
        str(file.relative_to(place)): [
            line for line in file.read_text().splitlines() if not line.startswith("status:")
        ]
        for file in sorted(place.rglob("*.yaml"))
    }


async def test_an_unknown_experiment_is_refused(options, other):
    async with AsyncMida(**options) as source, AsyncMida(**other) as target:
        with pytest.raises(InvalidRequest, match="the project has no experiment 77"):
            await copy(source, target, 77)


async def test_a_backup_brings_back_what_was_deleted_and_changed(options, tmp_path):
    async with AsyncMida(**options) as mida:
        inner, pulled = await backup(mida, tmp_path)
        assert pulled.created
        await mida.experiments.delete(1010)
        await mida.goals.update(102, goal_name="Wrong")
        found = backup_of(mida, tmp_path, options["project_key"])
        plan = await found.apply()
        assert [(one.action, one.name) for one in plan.steps] == [
            ("update", "cta_click"), ("create", "greeting-by-country")
        ]  # fmt: skip
        assert (await mida.goals.get(102)).goal_name == "CTA Click"
        kept = json.loads((inner / "kept.json").read_text())
        assert kept["project"]["project_key"] == options["project_key"]


async def test_comments_are_kept_in_a_backup(options, sandbox, tmp_path):
    async with AsyncMida(**options) as mida:
        stored = await mida.comments.list(1001)
        inner, _ = await backup(mida, tmp_path)
        kept = json.loads((inner / "kept.json").read_text())["comments"]
        assert len(kept.get("homepage-headline", [])) == len(stored.comments)


async def test_a_backup_of_another_project_is_named(options, tmp_path):
    async with AsyncMida(**options) as mida:
        with pytest.raises(InvalidRequest, match="holds no backup of 'other'"):
            backup_of(mida, tmp_path, "other")
