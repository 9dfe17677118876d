"""A script for the weekly meeting: every live experiment in one Markdown table.

    python weekly.py > experiments.md

No `await` anywhere: `Mida` is the sync twin. The reports are still fetched side by side.
"""

from midakit import Mida, Status, stats
from midakit.mida import calls

WORDS = {
    "winner": "**ship it**",
    "loser": "stop it",
    "invalid": "**broken**",
    "no_difference": "no difference",
    "inconclusive": "inconclusive",
    "keep_running": "keep running",
}


def main() -> None:
    with Mida(deadline=60) as mida:
        live = [one for one in mida.experiments.list() if one.status == Status.LIVE]
        outcomes = mida.gather(
            [calls.experiments.result(one.test_id) for one in live], on_error="collect"
        )
    print("| Experiment | Visitors | Verdict | Why |\n|---|---:|---|---|")
    for experiment, outcome in zip(live, outcomes, strict=True):
        name = (experiment.test_name or f"{experiment.test_id}").replace("|", r"\|")
        if outcome.error is not None:
            print(f"| {name} | | no report | {type(outcome.error).__name__} |")
            continue
        found = stats.analyze(outcome.answer)
        visitors = sum(arm.visitors for arm in found.arms)
        why = found.verdict.why[0] if found.verdict.why else ""
        print(f"| {name} | {visitors:,.0f} | {WORDS[found.verdict.kind]} | {why} |")


if __name__ == "__main__":
    main()
