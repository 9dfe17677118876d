"""A gate for CI: fails when the traffic of an experiment does not follow its configured split.

    python srm_gate.py            # every live experiment of the project
    python srm_gate.py 1001 1002  # these

A sample-ratio mismatch means that visitors are lost or counted twice in some variants: usually a
redirect, a cache or a tracking call that a release broke. Lifts of such an experiment mean nothing.

Exit code: 0 all splits hold, 1 a mismatch, 2 the gate or an experiment could not be read.
"""

import sys

from midakit import Mida, MidakitError, NotFound, Status, stats
from midakit.mida import calls


def main(ids: list[int]) -> int:
    with Mida(deadline=60) as mida:
        wanted = ids or [
            one.test_id for one in mida.experiments.list() if one.status == Status.LIVE
        ]
        outcomes = mida.gather(
            [calls.experiments.result(one) for one in wanted], on_error="collect"
        )
    code = 0
    for test_id, outcome in zip(wanted, outcomes, strict=True):
        if isinstance(outcome.error, NotFound) and not ids:
            continue  # listings are of the whole account; it belongs to another project
        if outcome.error is not None:
            code = max(code, 2)
            print(f"{test_id}: could not be read: {outcome.error}")
            continue
        found = stats.analyze(outcome.answer)
        seen = ", ".join(f"{arm.name} {arm.visitors:,.0f}" for arm in found.arms)
        if found.srm.mismatch or found.srm_sequential.mismatch:
            code = max(code, 1)
            print(f"{test_id}: MISMATCH: {seen}: {'; '.join(found.verdict.why)}")
        else:
            print(f"{test_id}: ok: {seen}: {split(found)}")
    return code


def split(found: stats.Analysis) -> str:
    if found.srm.p_value is None:
        return found.srm.reason or "nothing to test"
    return f"p = {found.srm.p_value:.3g}"


if __name__ == "__main__":
    try:
        sys.exit(main([int(word) for word in sys.argv[1:]]))
    except (MidakitError, ValueError) as error:
        print(f"srm_gate: {error}", file=sys.stderr)
        sys.exit(2)  # a gate that cannot look does not open
