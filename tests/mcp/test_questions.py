"""Fifty questions whose answers the sandbox knows, each answered by at most three calls of tools.

A scripted caller stands for the assistant: it finds the experiment by the words of the question, calls the
tool whose description fits, and reads one field. What is right comes from the SDK itself.
"""

import json

import pytest

from midakit import F, Mida, stats
from midakit.mcp.bounded import MOST_CHARACTERS

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("mcp")]

MOST_CALLS = 3
NAMES = {
    1001: "homepage", 1002: "newsletter", 1003: "demo form", 1004: "trial button", 1005: "bundles",
    1006: "guided",
}  # fmt: skip


class Caller:
    """Calls tools, counts the calls and the bytes of their answers."""

    def __init__(self, client, tools):
        self.client = client
        self.tools = tools
        self.calls = self.largest = 0

    async def use(self, words, **arguments):
        """Call the tool whose description has the words."""
        (name,) = [one.name for one in self.tools if words in one.description]
        found = await self.client.call_tool(name, arguments)
        assert not found.is_error, found.content[0].text
        self.calls += 1
        self.largest = max(
            self.largest, len(json.dumps(found.structured_content, ensure_ascii=False))
        )
        return found.structured_content

    async def explained(self, text):
        rows = (await self.use("Find experiments by name", text=text))["experiments"]
        return await self.use("Explain one experiment", test_id=rows[0]["id"])


def about(test_id, question, ask, right):
    """A question about one experiment: `ask` reads the explanation, `right` asks the SDK."""

    async def answer(caller):
        return ask(await caller.explained(NAMES[test_id]))

    return pytest.param(answer, lambda mida: right(mida, test_id), id=f"{question} ({test_id})")


def result(mida, test_id):
    return mida.experiments.result(test_id)


def visitors_said(decision):
    """Read the number of visitors from what would change the verdict."""
    first = decision["would_change_it"][0].split()[0].replace(",", "")
    return int(first) if first.isdigit() else None


def visitors_needed(verdict):
    return None if verdict.kind == "invalid" else round(verdict.analysis.outlook.visitors_per_arm)


OF_ONE = [
    ("What should we do with it", lambda one: one["decision"]["kind"],
     lambda mida, test_id: mida.verdict(test_id).kind),
    ("Is it safe to stop now", lambda one: one["decision"]["safe_to_stop_now"],
     lambda mida, test_id: mida.verdict(test_id).peek_safe),
    ("Which variant is served to everyone", lambda one: one["served"],
     lambda mida, test_id: mida.experiments.get(test_id).serving_variant_id),
    ("How many conversions has the first variant", lambda one: one["variants"][1]["conversions"],
     lambda mida, test_id: result(mida, test_id).variants[1].conversions),
    ("How many visitors would change it", lambda one: visitors_said(one["decision"]),
     lambda mida, test_id: visitors_needed(mida.verdict(test_id))),
    ("What is the lift of the first variant", lambda one: one["variants"][1]["lift"],
     lambda mida, test_id: pytest.approx(
         mida.verdict(test_id).analysis.comparisons[0].conversion.lift, rel=1e-3)),
]  # fmt: skip


async def stoppable(caller):
    found = await caller.use("whose verdict is out")
    return {one["id"]: one["kind"] for one in found["experiments"]}


def stoppable_right(mida):
    kinds = {test_id: mida.verdict(test_id).kind for test_id in NAMES}
    return {
        test_id: kind for test_id, kind in kinds.items() if kind not in ("keep_running", "invalid")
    }


async def broken(caller):
    found = await caller.use("no traffic or no goal")
    return {one["id"] for one in found["experiments"]}


def days(text):
    async def answer(caller):
        found = await caller.explained(text)
        return found["days_running"]

    return answer


def segment(test_id, condition, where):
    async def answer(caller):
        found = await caller.use("Judge segments", test_id=test_id, segments={"asked": condition})
        return found["segments"][0]["visitors"]

    def right(mida):
        return sum(one.visitors for one in mida.experiments.result(test_id, where=where).variants)

    return pytest.param(answer, right, id=f"How many visitors of {test_id} have {condition}")


def size(baseline, lift, daily):
    async def answer(caller):
        found = await caller.use("how many visitors and days", baseline_rate=baseline,
                                 smallest_lift=lift, daily_visitors=daily)  # fmt: skip
        return found["visitors_per_variant"], found["days"]

    def right(_):
        needed = stats.plan.sample_size(baseline=baseline, lift=lift)
        return needed.per_treatment, stats.plan.days(needed.total, daily_visitors=daily)

    return pytest.param(answer, right, id=f"How long for {lift:.0%} on {baseline:.0%}")


def goal(text, key):
    async def answer(caller):
        found = await caller.use("Find goals", text=text)
        return [one["key"] for one in found["goals"]]

    return pytest.param(answer, lambda _: [key], id=f"Which goal counts {text}")


def found_by(arguments, right, question):
    async def answer(caller):
        found = await caller.use("Find experiments by name", **arguments)
        return {one["id"] for one in found["experiments"]}

    return pytest.param(answer, right, id=question)


def of_status(status):
    return lambda mida: {one.test_id for one in mida.experiments.list() if one.status == status}


QUESTIONS = [
    *(about(test_id, question, ask, right) for test_id in NAMES for question, ask, right in OF_ONE),
    pytest.param(stoppable, stoppable_right, id="What can I stop"),
    pytest.param(broken, lambda _: set(NAMES) - {1006}, id="What is broken"),  # 1006 is served
    segment(1001, "device == mobile", F.device == "mobile"),
    segment(1005, "country == US", F.country == "US"),
    segment(1004, "device == desktop & country == US", (F.device == "desktop") & (F.country == "US")),
    size(0.05, 0.1, 1000),
    size(0.02, 0.05, 5000),
    size(0.2, 0.1, 300),
    goal("purchase", "purchase"),
    goal("newsletter", "newsletter_joined"),
    goal("thank you", "thank_you_page"),
    found_by({"status": "draft"}, of_status("draft"), "Which tests are drafts"),
    found_by({"status": "inactive"}, of_status("inactive"), "Which tests were stopped"),
    found_by({"text": "pricing"}, lambda _: {1008}, "Is there a test on the pricing page"),
]  # fmt: skip


def test_there_are_fifty():
    assert len(QUESTIONS) == 50


async def test_each_is_answered_right_by_few_calls(connected, options):
    wrong, largest = {}, 0
    async with connected() as client:
        tools = (await client.list_tools()).tools
        with Mida(**options) as mida:
            for question in QUESTIONS:
                ask, right = question.values
                caller = Caller(client, tools)
                said = await ask(caller)
                if said != right(mida) or not 1 <= caller.calls <= MOST_CALLS:
                    wrong[question.id] = (said, right(mida), caller.calls)
                largest = max(largest, caller.largest)
    assert wrong == {}
    assert largest <= MOST_CHARACTERS
