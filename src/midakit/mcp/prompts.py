"""Prompts for the common questions; each becomes a command in an assistant."""


def weekly_review() -> str:
    """Review all live experiments."""
    return (
        "Review the live A/B tests. Call what_is_broken, then what_can_i_stop. For each experiment that "
        "can be stopped, call explain_experiment and say in two sentences what to do and why. Finish "
        "with a table: id, name, verdict, action."
    )


def should_i_stop(test_id: str) -> str:
    """Decide whether an experiment can be stopped.

    Args:
        test_id: Id of the experiment.
    """
    return (
        f"Can experiment {test_id} be stopped? Call explain_experiment. Quote the verdict and its "
        "reasons, say whether it is safe to stop now, and what would change the verdict."
    )


def plan_a_test(page: str, idea: str) -> str:
    """Plan a new experiment.

    Args:
        page: The page that is to be tested.
        idea: What is to be changed.
    """
    return (
        f"Plan an A/B test on {page}: {idea}. Ask for the conversion rate and the daily visitors, or find a "
        "similar experiment with find_experiments and explain_experiment. Find the goal with "
        "search_goals_and_events, then call plan_test for a few smallest lifts, and recommend one."
    )


PROMPTS = (weekly_review, should_i_stop, plan_a_test)
