"""`midakit guard`."""

import os
from pathlib import Path
from time import sleep
from typing import Annotated, Any, Literal

import attrs
from cyclopts import Parameter
from cyclopts.validators import Number

from midakit.cli.input.arguments import YEAR
from midakit.cli.options import current
from midakit.cli.output.print_answer import note, show_lines, write
from midakit.cli.support.session import client
from midakit.core.secret import Secret
from midakit.errors import InvalidRequest, MidakitError
from midakit.guard import Apprise, Channel, Guard, GuardLook, JsonLines, Terminal, Webhook
from midakit.guard.conditions import ALPHA


def guard(
    *,
    state: Path = Path("guard.json"),
    every: Annotated[float | None, Parameter(validator=Number(gte=1, lte=YEAR))] = None,
    times: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    webhook: list[str] | None = None,
    notify: list[str] | None = None,
    log: Path | None = None,
    comment: bool = False,
    stop_on: Literal["harm"] | None = None,
    alpha: Annotated[float, Parameter(validator=Number(gt=0, lt=1))] = ALPHA,
    exit_code: bool = False,
) -> int:
    """Look at every live test, and tell what has changed since the last look, once.

    It tells of a broken split, harm, a winner, a test that is futile, no traffic, a goal that is gone,
    and an end that is near. Without --every it looks once, for a timer or a CI job.

    $ midakit guard --exit-code
    $ midakit guard --every 3600 --webhook https://ops.example.com/mida
    $ midakit guard --notify mailto://user:password@example.com --stop-on harm

    Args:
        state: File in which it remembers what it has told (default guard.json).
        every: Seconds between two looks; when left out, it looks once.
        times: How many looks; when left out, until Ctrl-C.
        webhook: Address that messages are posted to, signed with MIDAKIT_WEBHOOK_SECRET where that is set.
        notify: Address of Slack, e-mail or another service, as apprise takes it.
        log: Add messages to this file, a JSON object a line.
        comment: Write messages as comments on their experiments.
        stop_on: Stop an experiment that two looks, one after the other, call harmful.
        alpha: Probability with which a healthy experiment may be called harmful (default 0.01).
        exit_code: End with 1 when something needs attention.
    """
    channels = [*_channels(webhook or [], notify or []), *([JsonLines(log)] if log else [])]
    if current().format == "csv":
        raise InvalidRequest("--csv", "is for tables; use --json, or --log FILE")
    if current().format == "text":
        channels.append(_terminal())
    with client() as mida:
        watching = Guard(
            mida, state, channels, stop_on_harm=stop_on == "harm", comment=comment, alpha=alpha
        )
        return _looks(watching, every, times or (None if every else 1), exit_code)


def _looks(watching: Guard, every: float | None, times: int | None, exit_code: bool) -> int:
    done, found = 0, GuardLook()
    while True:
        try:
            found = watching.look()
        except MidakitError as error:
            if every is None:
                raise
            found = GuardLook(failures=[f"this look failed: {error}"])  # the next one may not
            note(found.failures[0])
        else:
            _say(found)
        done += 1
        if times is not None and done >= times:
            break
        sleep(every or 0)
    return int(exit_code and found.urgent) or (3 if found.failures else 0)


def _say(found: GuardLook) -> None:
    for failure in found.failures:
        note(f"warning: {failure}")
    data: dict[str, Any] = {
        "looked_at": found.looked_at,
        "found": {str(test): [attrs.asdict(one) for one in conditions]
                  for test, conditions in found.found.items()},
        "stopped": found.stopped,
        "failures": found.failures,
    }  # fmt: skip
    if current().format == "json":
        show_lines(data, [])
    else:
        note(f"{found.looked_at} live, {len(found.found)} with something to say, {found.told} told")


def _terminal() -> Terminal:
    """Return the channel to the terminal, or to the file of -o, which has all messages of this run."""
    told: list[str] = []

    def say(text: str) -> None:
        told.append(f"{text}\n")
        write("".join(told) if current().place else told[-1])

    return Terminal(say)


def _channels(webhooks: list[str], addresses: list[str]) -> list[Channel]:
    given = os.environ.get("MIDAKIT_WEBHOOK_SECRET")
    secret, given = Secret(given) if given else None, None
    found: list[Channel] = [Webhook(url, secret, n) for n, url in enumerate(webhooks, start=1)]
    return [*found, *(Apprise(one, n) for n, one in enumerate(addresses, start=1))]
