"""A plan for people (pure): lines for a terminal, Markdown for a pull request."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from difflib import ndiff
from typing import Any, Literal, NamedTuple

from midakit.ascode.plan import Change, ChangePlan, PlanStep
from midakit.core.printable import printable

Sign = Literal["+", "~", "-", "!", " "]
SIGNS: dict[str, Sign] = {"create": "+", "delete": "-"}
LONGEST = 100
SHOWN = 60


class Line(NamedTuple):
    """One line, and what it is about: `+` new, `~` changed, `-` gone, `!` a warning."""

    sign: Sign
    """What a color stands for."""
    text: str
    """The line; control characters of the server's texts are spelled out."""


def plan_lines(plan: ChangePlan) -> list[Line]:
    """Return a plan as lines for a terminal.

    Args:
        plan: The plan.
    """
    if not plan:
        return [Line(" ", "The server has what the files say: nothing to do.")]
    lines = [line for step in plan.steps for line in _step_lines(step)]
    return [*lines, Line(" ", ""), Line(" ", f"{counted(plan)}. Plan {plan.id}"), *_warnings(plan)]


def drift_lines(plan: ChangePlan) -> list[Line]:
    """Return what of the server is not as the files say, and what no file describes.

    Args:
        plan: The plan that compares the two.
    """
    lines: list[Line] = []
    for step in plan.steps:
        if step.action == "create":
            lines.append(Line("-", f"- {_file(step)} is not on the server"))
        elif step.action == "delete":
            lines.append(Line("+", f"+ {step.kind} {step.id} has no file: {step.name}"))
        else:
            lines.append(Line("~", f"~ {_file(step)} ({step.id})"))
            lines += [Line("~", f"    {one.field}: {_value(one.after)} in the file, "
                                f"{_value(one.before)} on the server") for one in step.changes]  # fmt: skip
    for one in plan.unmanaged:
        lines.append(
            Line("+", printable(f"+ {one.kind} {one.id} has no file: {one.name}", keep=""))
        )
    return lines or [Line(" ", "No drift: the server has what the files say, and nothing else.")]


def counted(plan: ChangePlan) -> str:
    """Return how much a plan creates, changes and deletes, in words.

    Args:
        plan: The plan.
    """
    sums: Counter[str] = Counter(SIGNS.get(one.action, "~") for one in plan.steps)
    told = (("+", "to create"), ("~", "to change"), ("-", "to delete"))
    return ", ".join(f"{sums[sign]} {what}" for sign, what in told)


def _step_lines(step: PlanStep) -> Iterator[Line]:
    sign = SIGNS.get(step.action, "~")
    number = f" ({step.id})" if step.id is not None else ""
    verb = {"start": " goes live", "stop": " stops", "to_draft": " becomes a draft"}
    yield Line(sign, f"{sign} {_file(step)}{number}{verb.get(step.action, '')}")
    if step.action not in verb:
        for one in step.changes:
            yield from _change_lines(one, sign)
    if step.danger:
        yield Line("!", f"    ! {step.danger}")
    if step.blocked:
        yield Line("!", f"    ! not possible: {step.blocked}")


def _change_lines(change: Change, sign: Sign) -> Iterator[Line]:
    before, after = change.before, change.after
    if isinstance(after, str) and isinstance(before, str) and "\n" in before + after:
        yield Line(sign, f"    {change.field}:")
        for line in ndiff(before.splitlines(), after.splitlines()):
            if line[0] in "+-":
                mark: Sign = "+" if line[0] == "+" else "-"
                yield Line(mark, printable(f"      {line}"[:LONGEST], keep=""))
    elif sign == "+":
        yield Line(sign, f"    {change.field}: {_value(after)}")
    elif not change.readable:
        yield Line(sign, f"    {change.field}: {_value(after)} (the API does not show what it has)")
    else:
        yield Line(sign, f"    {change.field}: {_value(before)} -> {_value(after)}")


def _warnings(plan: ChangePlan) -> Iterator[Line]:
    if plan.blocked:
        yield Line("!", "Not possible as it is: see above")
    if plan.dangerous:
        yield Line("!", "Live tests are endangered: apply it with --allow-live, if that is meant")


def _file(step: PlanStep) -> str:
    return "project" if step.kind == "project" else f"{step.kind}s/{step.name}"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = printable(text, keep="")
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def markdown(plan: ChangePlan) -> str:
    """Return a plan as Markdown, for a comment on a pull request.

    Args:
        plan: The plan.
    """
    if not plan:
        return "**Experiments:** the server has what the files say, nothing to do.\n"
    head = f"**Experiments:** {counted(plan)}. Plan `{plan.id}`"
    body = "\n".join(line.text for step in plan.steps for line in _step_lines(step))
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", body)), 0)
    warnings = [f"\n> :warning: {line.text}" for line in _warnings(plan)]
    return "\n".join([head, "", f"{fence}diff", _as_diff(body), fence, *warnings]) + "\n"


def _as_diff(body: str) -> str:
    """Return lines whose first character is what a diff is colored by; `~` has no color there."""
    return "\n".join(f"!{line[1:]}" if line.startswith("~") else line for line in body.split("\n"))
