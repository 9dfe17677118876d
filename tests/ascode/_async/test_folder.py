"""Pull, plan and apply against a real server."""

import json

import pytest

from midakit import AsyncMida, InvalidRequest
from midakit.ascode import AsyncCodeFolder, LiveTestAtRisk, PlanBlocked, PlanOutdated

pytestmark = pytest.mark.anyio


async def test_a_pulled_project_has_no_plan_and_no_drift(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await mida.exclusion_groups.create("Checkout", {1001: 30, 1003: 70})
        pulled = await folder.pull()
        assert "experiments/homepage-headline" in pulled.created
        plan = await folder.plan()
        assert (plan.steps, plan.unmanaged) == ((), ())
        again = await folder.pull()
        assert (again.created, again.changed, again.removed) == ([], [], [])
        assert len(again.same) == len(pulled.created)


async def test_a_pull_keeps_comments_and_what_the_api_does_not_show(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        file = tmp_path / "experiments" / "homepage-headline.yaml"
        text = file.read_text().replace("url:", "custom_js: a()\n# the page\nurl:")
        file.write_text(text)
        await folder.apply(allow_live=True)
        await mida.experiments.update(1001, test_name="Headline, renamed")
        pulled = await folder.pull()
        assert pulled.changed == ["experiments/homepage-headline"]
        assert file.read_text() == text.replace("Homepage headline", "Headline, renamed")
        assert not await folder.plan()


async def test_what_is_gone_from_the_server_goes_from_the_files(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        new = tmp_path / "goals" / "not-applied.yaml"
        new.write_text("goal_key: n\ngoal_name: N\ngoal_type: event\ngoal_value: n\n")
        await mida.experiments.delete(1010)
        pulled = await folder.pull()
        assert pulled.removed == ["experiments/greeting-by-country"]
        assert new.exists()


async def test_a_change_is_applied_and_then_there_is_nothing_to_do(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        file = tmp_path / "experiments" / "greeting-by-country.yaml"
        file.write_text(file.read_text().replace("nickname: Germany", "nickname: Austria"))
        seen = []
        plan = await folder.apply(await folder.plan(), on_step=seen.append)
        assert [(one.action, one.name) for one in plan.steps] == [("update", "greeting-by-country")]
        assert seen == list(plan.steps)
        stored = await mida.experiments.get(1010)
        assert stored.variants[1].nickname == "Austria"
        assert not await folder.plan()


async def test_a_plan_that_has_changed_since_it_was_seen_is_refused(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        file = tmp_path / "goals" / "cta_click.yaml"
        file.write_text(file.read_text().replace("CTA Click", "Click"))
        plan = await folder.plan()
        await mida.goals.update(102, goal_name="Clicked")
        for seen in (plan, plan.id):
            with pytest.raises(PlanOutdated) as refused:
                await folder.apply(seen)
        assert refused.value.plan.id in str(refused.value)
        assert (await mida.goals.get(102)).goal_name == "Clicked"
        await folder.apply(refused.value.plan.id)
        assert (await mida.goals.get(102)).goal_name == "Click"


async def test_a_live_test_is_endangered_only_when_that_is_allowed(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        file = tmp_path / "experiments" / "homepage-headline.yaml"
        file.write_text(
            file.read_text().replace("traffic_allocation: 100", "traffic_allocation: 9")
        )
        (tmp_path / "goals" / "scroll_75.yaml").unlink()
        with pytest.raises(
            LiveTestAtRisk, match=r"traffic_allocation.*deletes a goal.*--allow-live"
        ):
            await folder.apply()
        assert (await mida.experiments.get(1001)).configuration.traffic_allocation == 100
        await folder.apply(allow_live=True)
        assert (await mida.experiments.get(1001)).configuration.traffic_allocation == 9
        assert "scroll_75" not in [one.goal_key async for one in mida.goals.list()]
        assert not await folder.plan()


async def test_what_the_api_cannot_do_is_said_before_anything_is_sent(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        file = tmp_path / "experiments" / "homepage-headline.yaml"
        file.write_text(file.read_text().replace("checkout_started", "purchase"))
        with pytest.raises(PlanBlocked, match="cannot change primary_goal_key"):
            await folder.apply(allow_live=True)


async def test_edits_by_hand_on_the_server_are_the_drift_and_nothing_else_is(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        await mida.goals.update(103, element_url="https://shop.example.com/x")
        await mida.experiments.update(1010, targeting={"device_rule": ["mobile"]})
        made = await mida.goals.create("By hand", "event", "hand", goal_key="hand")
        plan = await folder.plan()
        found = {
            (one.name, change.field) for one in plan.steps for change in one.changes
        }  # fmt: skip
        assert found == {
            ("scroll_75", "element_url"), ("greeting-by-country", "targeting.device_rule")
        }  # fmt: skip
        assert [(one.kind, one.id) for one in plan.unmanaged] == [("goal", made.goal_profile_id)]


async def test_names_and_not_numbers_refer_from_file_to_file(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await mida.exclusion_groups.create("Checkout", [1001, 1003])
        await folder.pull()
        text = (tmp_path / "groups" / "checkout.yaml").read_text()
        assert "homepage-headline" in text
        files = list(tmp_path.rglob("*.yaml"))
        ids = {"1001", "1003", "201", "205"}
        assert not [one for one in files if ids & set(one.read_text().split())]
        known = json.loads(next((tmp_path / ".midakit" / "ids").iterdir()).read_text())
        assert known["experiment"]["homepage-headline"]["id"] == 1001


async def test_a_group_that_lost_experiments_is_pulled_and_hinders_nothing(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        for name, tests in (("One left", [1007, 1008]), ("Two left", [1007, 1009, 1010])):
            await mida.exclusion_groups.create(name, tests)
        await folder.pull()
        await mida.experiments.delete(1007)
        assert (await folder.pull()).changed == ["groups/one-left", "groups/two-left"]
        assert not await folder.plan()
        await mida.experiments.delete(1008)
        await folder.pull()
        assert not await folder.plan()


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("goals/a.yaml", "goal_key: a", "goals/a.yaml: goal_name: is missing"),
        ("goals/a.yaml", "[1]", "goals/a.yaml: must contain one object"),
        ("goals/a.yaml", "goal_kye: a", "goals/a.yaml: goal_kye: goal has no such option; did you"),
        ("goals/a.yaml", "goal_key: a\nextra_headers: {a: b}", "goals/a.yaml: extra_headers: goal has no"),
        ("goals/A.yaml", "a: 1", "goals/A.yaml: the name of a file has small letters"),
        ("experiments/b.yaml", "test_name: b\nvariants: [{}]\nurl: https://b.example/*",
         "experiments/b.yaml: url: must be one page without a star"),
        ("experiments/b.yaml", "test_name: b\nvariants: [{}]\nurl: https://b.example/\nstatus: up",
         "experiments/b.yaml: status: 'up' is not draft, live or inactive"),
        ("groups/g.yaml", "name: g\ntests: [1001, 1002]", "groups/g.yaml: tests: must name files"),
        ("groups/g.yaml", "name: g\ntests: [a, a]", "groups/g.yaml: tests: names an experiment twice"),
        ("groups/g.yaml", "name: g\ntests: {a: 50, b: x}", "groups/g.yaml: tests: 'x' is not a number"),
        ("project.yaml", "confidence_level: 20", "project.yaml: confidence_level"),
        ("experiments/b.yaml", "a: [", "experiments/b.yaml: line 1"),
    ],
)  # fmt: skip
async def test_a_wrong_file_is_named_with_its_field(options, tmp_path, file, text, said):
    async with AsyncMida(**options) as mida:
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
        with pytest.raises(InvalidRequest) as refused:
            await AsyncCodeFolder(tmp_path, mida).plan()
        assert str(refused.value).startswith(said)


@pytest.mark.parametrize("file", ["experiments/homepage-headline", "goals/purchase", "project"])
@pytest.mark.parametrize("ending", [".yml", ".YAML"])
async def test_a_file_with_another_ending_is_refused_and_not_taken_for_deleted(
    options, tmp_path, file, ending
):
    """Renamed to `.yml` it would be left out, and its object would be deleted."""
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        (tmp_path / f"{file}.yaml").rename(tmp_path / f"{file}{ending}")
        for work in (folder.plan, folder.pull):
            with pytest.raises(InvalidRequest) as caught:
                await work()
            assert str(caught.value).startswith(f"{file}{ending}: the names of files end in .yaml")


async def test_a_file_that_was_moved_into_an_inner_folder_is_refused_and_not_taken_for_deleted(
    options, tmp_path
):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        inner = tmp_path / "experiments" / "2025" / "done"
        inner.mkdir(parents=True)
        (tmp_path / "experiments/homepage-headline.yaml").rename(inner / "homepage-headline.yaml")
        for work in (folder.plan, folder.pull):
            with pytest.raises(InvalidRequest) as caught:
                await work()
            assert str(caught.value) == (
                "experiments/2025/done/homepage-headline.yaml: only files directly in experiments/ are read: "
                "move it there"
            )


async def test_a_damaged_file_of_ids_is_named_with_the_way_out(options, tmp_path):
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        await folder.pull()
        ids = next((tmp_path / ".midakit" / "ids").iterdir())
        ids.write_text("<<<<<<< HEAD")
        with pytest.raises(InvalidRequest, match="delete it, then run `midakit pull`"):
            await folder.plan()
        ids.unlink()
        await folder.pull()
        assert not await folder.plan()


async def test_names_from_the_server_stay_inside_the_folder(options, tmp_path):
    async with AsyncMida(**options) as mida:
        for name in ("../../outside", "CON", "a/b", "\x1b[31m"):
            await mida.experiments.create(name, [{}], url="https://shop.example.com/")
        place = tmp_path / "inner"
        await AsyncCodeFolder(place, mida).pull()
        names = {one.name for one in (place / "experiments").iterdir()}
        assert {"outside.yaml", "con-1.yaml", "a-b.yaml", "31m.yaml"} < names
        assert [one.name for one in tmp_path.iterdir()] == ["inner"]


async def test_the_key_is_in_no_file(options, tmp_path):
    async with AsyncMida(**options) as mida:
        await AsyncCodeFolder(tmp_path, mida).pull()
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    secret = f'"{options["api_key"]}"'
    assert not [one for one in files if secret in one.read_text()]
