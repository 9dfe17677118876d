"""All operations of the contract, as a user calls them, over a socket."""

import attrs
import pytest

from midakit import AsyncMida, BadRequest, MidakitError, Status
from midakit.core.spans import url_template
from midakit.mida import calls
from midakit.mida.service import MidaService
from support.api import operation_of, operations

pytestmark = pytest.mark.anyio

PAGE = "https://shop.example.com/"
PERSON = (("x-sandbox-user", "alicia@example.com"),)
PAIR = [{"test_id": 1001}, {"test_id": 1002}]


async def list_projects(mida):
    keys = [project.project_key async for project in mida.projects.list(include_inactive=True)]
    assert mida.project_key in keys


async def create_project(mida):
    assert (await mida.projects.create("new.example")).website_name == "new.example"


async def get_project(mida):
    assert (await mida.projects.get()).project_key == mida.project_key


async def update_project(mida):
    assert (await mida.projects.update(name="Renamed shop")).project_key == mida.project_key
    assert (await mida.projects.get()).raw["widget_name"] == "Renamed shop"


async def delete_project(mida):
    assert (await mida.projects.delete(mida.project_key)).success


async def get_project_configuration(mida):
    assert (await mida.projects.configuration()).confidence_level


async def update_project_configuration(mida):
    assert (await mida.projects.update_configuration(confidence_level=90)).confidence_level == 90


async def create_experiment(mida):
    made = await mida.experiments.create("Button", [{"nickname": "Red"}], url=PAGE)
    assert (await mida.experiments.get(made.test_id)).status == Status.DRAFT


async def list_experiments(mida):
    found = await mida.experiments.list(page_size=2).collect()
    assert len(found) == len({experiment.test_id for experiment in found}) >= 6


async def get_experiment(mida):
    assert (await mida.experiments.get(1001)).test_id == 1001


async def update_experiment(mida):
    await mida.experiments.update(1001, test_name="New name")
    assert (await mida.experiments.get(1001)).test_name == "New name"


async def delete_experiment(mida):
    made = await mida.experiments.create("Gone", [{}], url=PAGE)
    assert (await mida.experiments.delete(made.test_id)).success


async def update_experiment_status(mida):
    assert (await mida.experiments.stop(1001)).success
    assert (await mida.experiments.get(1001)).status == Status.INACTIVE
    assert (await mida.experiments.start(1001)).success
    await mida.experiments.set_status(1001, "inactive")
    assert (await mida.experiments.to_draft(1001)).success


async def get_experiment_distribution(mida):
    assert len((await mida.experiments.distribution(1001)).variants) == 2


async def get_experiment_result(mida):
    result = await mida.experiments.result(1001, breakdown_by="device")
    assert result.total_visitors == sum(row.visitors for row in result.variants)


async def get_experiment_timeseries(mida):
    assert (await mida.experiments.timeseries(1001)).timeseries


async def get_experiment_metrics(mida):
    assert (await mida.experiments.metrics(1001)).metric_count


async def serve_experiment_winner(mida):
    assert (await mida.experiments.serve_winner(1001, 1, traffic_allocation=50)).success


async def update_serving_rollout(mida):
    assert (await mida.experiments.update_rollout(1006, 50)).success


async def stop_experiment_serving(mida):
    assert (await mida.experiments.stop_serving(1006)).success


async def get_experiment_share_link(mida):
    assert "http" in (await mida.experiments.share_link(1001)).share_link


async def get_experiment_preview_urls(mida):
    assert len((await mida.experiments.preview_urls(1001)).variants) == 2


async def get_experiment_discussion(mida):
    assert (await mida.comments.list(1001)).success


async def add_experiment_comment(mida):
    with pytest.raises(BadRequest, match="needs a person"):
        await mida.comments.add(1001, "A key is nobody.")
    assert (await comment(mida)).comment == "Looks good."


async def delete_experiment_comment(mida):
    made = await comment(mida)
    with pytest.raises(MidakitError):
        await mida.comments.delete(1001, made.comment_id)
    call = calls.comments.delete(1001, made.comment_id)
    assert (await mida.send(attrs.evolve(call, headers=PERSON))).success
    assert (await mida.comments.list(1001)).comments == []


async def list_team_members(mida):
    assert (await mida.account.members()).members


async def get_my_access(mida):
    assert (await mida.account.my_access()).success


async def list_personalization_campaigns(mida):
    made = await campaign(mida)
    found = (await mida.personalization.campaigns()).campaigns
    assert made in [one.abm_campaign_id for one in found]


async def create_personalization_campaign(mida):
    assert await campaign(mida)


async def get_personalization_campaign(mida):
    assert (await mida.personalization.campaign(await campaign(mida))).success


async def add_personalization_accounts(mida):
    accounts = [{"name": "Figma"}]
    assert (await mida.personalization.add_accounts(await campaign(mida), accounts)).success


async def list_suggested_pages(mida):
    assert (await mida.personalization.suggested_pages(["Notion"]))["success"]


async def list_saved_target_accounts(mida):
    assert (await mida.personalization.saved_accounts(search="n"))["success"]


async def list_exclusion_groups(mida):
    made = await group(mida)
    assert made in [one.group_id for one in (await mida.exclusion_groups.list()).groups]


async def create_exclusion_group(mida):
    assert await group(mida)


async def update_exclusion_group(mida):
    made = await group(mida)
    await mida.exclusion_groups.add_tests(made, [1003])
    found = next(one for one in (await mida.exclusion_groups.list()).groups if one.group_id == made)
    assert [member.test_id for member in found.tests] == [1001, 1002, 1003]


async def delete_exclusion_group(mida):
    assert (await mida.exclusion_groups.delete(await group(mida))).success


async def list_events(mida):
    assert await mida.events.list(max_items=3).collect()


async def create_event(mida):
    with pytest.raises(BadRequest, match="No visitor"):
        await mida.events.record("buy", email="nobody@example.com")


async def get_event(mida):
    seen = await event(mida)
    assert (await mida.events.get(seen)).event_id == seen


async def update_event(mida):
    seen = await event(mida)
    await mida.events.update(seen, event_text="Renamed")
    assert (await mida.events.get(seen)).event_text == "Renamed"


async def delete_event(mida):
    assert (await mida.events.delete(await event(mida))).success


async def list_goals(mida):
    assert await mida.goals.list().collect()


async def create_goal(mida):
    assert await goal(mida)


async def get_goal(mida):
    assert (await mida.goals.get(await goal(mida))).goal_name == "G"


async def update_goal(mida):
    made = await goal(mida)
    await mida.goals.update(made, goal_name="H")
    assert (await mida.goals.get(made)).goal_name == "H"


async def delete_goal(mida):
    assert (await mida.goals.delete(await goal(mida))).success


# What some of them stand on


async def campaign(mida):
    made = await mida.personalization.create_campaign(
        "accounts", [PAGE], accounts=[{"name": "Notion"}]
    )
    return made.abm_campaign_id


async def comment(mida):
    """A comment by a person: the sandbox takes one by this header, the real service by its session."""
    call = calls.comments.add(1001, "Looks good.")
    await mida.send(attrs.evolve(call, headers=PERSON))
    return (await mida.comments.list(1001)).comments[-1]


async def group(mida):
    await mida.exclusion_groups.create("Pair", PAIR)
    return (await mida.exclusion_groups.list()).groups[-1].group_id


async def event(mida):
    return (await mida.events.list(max_items=1).collect())[0].event_id


async def goal(mida):
    return (await mida.goals.create("G", "event", "g")).goal_profile_id


CALLS = {name: globals().get(name) for name in operations()}


def test_every_operation_of_the_contract_has_a_function_here():
    """An operation that the contract has and nobody tests is named."""
    missing = [name for name, function in CALLS.items() if function is None]
    assert not missing, f"write a function for each of these operations in this file: {missing}"


@pytest.mark.parametrize(
    "operation", [one for one in CALLS.values() if one], ids=lambda one: one.__name__
)
async def test_an_operation_reaches_its_endpoint_and_its_effect_is_seen(
    operation, sandbox, options
):
    """The method named for an operation sends that operation, and what it did can be read back."""
    sent = []
    async with AsyncMida(**options) as mida:
        mida.hooks.on_answer(lambda event: sent.append(event.call))
        await operation(mida)
    seen = {operation_of(request["method"], request["path"]) for request in sandbox.requests()}
    assert operation.__name__ in seen
    for call in sent:  # in traces, an operation has the path of the contract
        template = operations()[call.operation][1]
        assert url_template(call.path, MidaService.values_after) == template


async def test_a_recorded_event_counts_for_its_visitor(sandbox, options, visitor):
    """An event told by the visitor's id is among the events afterwards, with its properties."""
    async with AsyncMida(**options) as mida:
        await mida.events.record("checkout_viewed", mida_uuid=visitor, properties={"items": 3})
        found = await mida.events.list(event_text="checkout_viewed").collect()
    assert [event.event_text for event in found] == ["checkout_viewed"]
    assert "3" in str(found[0].raw["event_property"])
