"""Shows plans of experiments as code, in colors where somebody looks."""

from midakit.ascode.plan import ChangePlan, PlanStep
from midakit.ascode.showing import Line
from midakit.cli.output.print_answer import note, show_lines

COLORS = {"+": "green", "~": "yellow", "-": "red", "!": "bold red", " ": ""}


def show_plan(plan: ChangePlan, lines: list[Line]) -> None:
    """Print a plan, or what it says of drift.

    Args:
        plan: The plan, which JSON has whole.
        lines: What people see.
    """
    show_lines(plan.to_dict(), [(COLORS[line.sign], line.text) for line in lines])


class Progress:
    """Says each step that is done, and how far it came where one fails.

    Args:
        total: How many steps there are.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    def __call__(self, step: PlanStep) -> None:
        """Count a step that is done, and say it.

        Args:
            step: The step.
        """
        self.done += 1
        note(f"{self.done}/{self.total} {step.action} {step.kind} {step.name}")

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if kind is not None and self.done:
            note(f"{self.done} of {self.total} steps are done; run it again for the others")
