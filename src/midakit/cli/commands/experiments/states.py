"""What visitors notice of an experiment: start, stop, serve, roll out, delete."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from midakit.cli.input.arguments import TestId
from midakit.cli.input.confirm import confirm
from midakit.cli.options import current
from midakit.cli.output.print_answer import done
from midakit.cli.support.session import client
from midakit.core.unset import UNSET


def start(test_id: TestId, /) -> int:
    """Start an experiment, or resume it.

    $ midakit experiments start 1001

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        reply = mida.experiments.start(test_id)
    return done(reply, f"experiment {test_id} is {reply.status}", test_id)


def stop(test_id: TestId, /) -> int:
    """Stop an experiment; its data stays, and `start` resumes it.

    $ midakit experiments stop 1001

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        reply = mida.experiments.stop(test_id)
    return done(reply, f"experiment {test_id} is {reply.status}", test_id)


def draft(test_id: TestId, /) -> int:
    """Return an experiment to draft; stop a live one first.

    $ midakit experiments draft 1001

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        reply = mida.experiments.to_draft(test_id)
    return done(reply, f"experiment {test_id} is {reply.status}", test_id)


def serve(
    test_id: TestId,
    variant_id: str,
    /,
    *,
    traffic: Annotated[float | None, Parameter(validator=Number(gt=0, lte=100))] = None,
) -> int:
    """Serve one variant to visitors. It asks first.

    $ midakit experiments serve 1001 1 --traffic 25

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        variant_id: Id of the variant, as in `midakit result`: 0 is Control, 1 is Variant 1.
        traffic: Percentage of eligible visitors who get it; when left out, the experiment's own.
    """
    with client() as mida:
        if not current().yes:
            found = mida.experiments.get(test_id)
            share = found.configuration.traffic_allocation if found.configuration else None
            share = share if traffic is None else traffic
            percent = "the test's share" if share is None else f"{share:g} %"
            name = "Control" if variant_id == "0" else f"variant {variant_id}"
            if not confirm(
                f"this serves {name} of {test_id} ({found.test_name}) to {percent} of the visitors"
            ):
                return 1
        wanted = UNSET if traffic is None else traffic
        reply = mida.experiments.serve_winner(test_id, variant_id, traffic_allocation=wanted)
    share = reply.traffic_allocation
    to = f" to {share:g} % of visitors" if share is not None else ""
    return done(reply, f"experiment {test_id} serves variant {reply.serving_variant_id}{to}")


def rollout(
    test_id: TestId,
    percent: Annotated[float, Parameter(validator=Number(gt=0, lte=100))],
    /,
) -> int:
    """Change to how many visitors the winner is served. It asks first.

    $ midakit experiments rollout 1006 50

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        percent: Percentage of eligible visitors who get the winner.
    """
    if not confirm(f"this serves the winner of {test_id} to {percent:g} % of the visitors"):
        return 1
    with client() as mida:
        reply = mida.experiments.update_rollout(test_id, percent)
    return done(reply, f"experiment {test_id} serves to {reply.traffic_allocation:g} % of visitors")


def stop_serving(test_id: TestId, /) -> int:
    """Stop serving the winner. It asks first.

    $ midakit experiments stop-serving 1006

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    if not confirm(f"this stops serving the winner of {test_id}"):
        return 1
    with client() as mida:
        reply = mida.experiments.stop_serving(test_id)
    return done(reply, f"experiment {test_id} serves no variant now")


def delete(test_id: TestId, /) -> int:
    """Delete an experiment; its results can no longer be read. It asks first.

    $ midakit experiments delete 1001
    $ midakit experiments delete 1001 --yes

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        if not current().yes:
            found = mida.experiments.get(test_id)
            live = "; it is LIVE and stops at once" if found.status == "live" else ""
            name = f"experiment {test_id} ({found.test_name})"
            if not confirm(f"this deletes {name} and its results permanently{live}"):
                return 1
        reply = mida.experiments.delete(test_id)
    live = ", which was live" if reply.was_live else ""
    return done(reply, f"deleted experiment {test_id}{live}", test_id)
