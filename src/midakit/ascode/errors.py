"""Why a plan is not applied."""

from midakit.ascode.plan import ChangePlan, PlanStep
from midakit.errors import MidakitError


class PlanError(MidakitError, ValueError):
    """The base: nothing was sent; `plan` is the plan of this moment."""

    def __init__(self, message: str, plan: ChangePlan) -> None:
        super().__init__(message)
        self.plan = plan


class PlanOutdated(PlanError):
    """Files or server have changed since somebody saw the plan."""

    def __init__(self, plan: ChangePlan) -> None:
        super().__init__(
            f"files or server have changed since that plan; the plan is now {plan.id}: "
            "look at it and apply it instead",
            plan,
        )


class LiveTestAtRisk(PlanError):
    """A step endangers a live test, and nobody has allowed it."""

    def __init__(self, plan: ChangePlan) -> None:
        told = "; ".join(f"{_name(one)} {one.danger}" for one in plan.dangerous)
        super().__init__(f"{told}. Nothing was sent; allow_live (--allow-live) permits it", plan)


class PlanBlocked(PlanError):
    """The API cannot do a step."""

    def __init__(self, plan: ChangePlan) -> None:
        told = "; ".join(f"{_name(one)}: {one.blocked}" for one in plan.blocked)
        super().__init__(f"{told}. Nothing was sent", plan)


def _name(step: PlanStep) -> str:
    return f"{step.action} of {step.kind} {step.name}"
