"""A script for the weekly meeting: every live experiment in one Markdown table.

    python weekly.py > experiments.md

No `await` anywhere: `Mida` is the sync twin. What a verdict needs is still fetched side by side.
"""

from midakit import Mida, MidakitError, Status
from midakit.models import Experiment

WORDS = {
    "winner": "**ship it**",
    "loser": "stop it",
    "invalid": "**broken**",
    "no_difference": "no difference",
    "inconclusive": "inconclusive",
    "keep_running": "keep running",
}


def row(mida: Mida, experiment: Experiment) -> str:
    """Return one line of the table."""
    name = (experiment.test_name or f"{experiment.test_id}").replace("|", r"\|")
    try:
        verdict = mida.verdict(experiment.test_id or 0)
    except MidakitError as error:
        return f"| {name} | | no report | {type(error).__name__} |"
    visitors = sum(arm.visitors for arm in verdict.analysis.arms)
    why = verdict.why[0] if verdict.why else ""
    return f"| {name} | {visitors:,.0f} | {WORDS[verdict.kind]} | {why} |"


def main() -> None:
    with Mida(deadline=60) as mida:
        print("| Experiment | Visitors | Verdict | Why |\n|---|---:|---|---|")
        for one in mida.experiments.list():
            if one.status == Status.LIVE:
                print(row(mida, one))


if __name__ == "__main__":
    main()
