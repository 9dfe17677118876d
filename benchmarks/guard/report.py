"""The month as Markdown."""

from benchmarks.guard import findings
from benchmarks.guard.findings import Delays, FalseAlarms
from benchmarks.guard.month import Month
from benchmarks.tables.spreads import table

ALARMS = (
    "told of",
    "experiments without it",
    "false alarms",
    "promised",
    "explained by chance up to",
)
DELAYS = ("planted", "size", "from day", "experiments", "told of", "days, median", "days, most")
SIZES = {"split": "{:.0%} of a variant's visitors lost", "harm": "{:+.0%} conversion",
         "winner": "{:+.0%} conversion"}  # fmt: skip


def whole(done: Month) -> str:
    """Return both tables, and what became of the messages.

    Args:
        done: The month.
    """
    return "\n".join(
        (
            _scale(done),
            table(ALARMS, [_alarm(one) for one in findings.false_alarms(done)]),
            table(DELAYS, [_delay(one) for one in findings.delays(done)]),
            _messages(done),
        )
    )


def _scale(done: Month) -> str:
    return (
        f"{len(done.experiments):,} experiments, {done.visitors:,} entries of visitors, "
        f"{len(done.looks)} looks over {done.looks[-1].day} days.\n"
    )


def _alarm(one: FalseAlarms) -> tuple[str, ...]:
    promised = f"at most {one.promised:.0%}" if one.promised else "none"
    return f"`{one.code}`", f"{one.of:,}", str(one.told), promised, str(one.allowed)


def _delay(one: Delays) -> tuple[str, ...]:
    size = SIZES[one.code].format(one.strength) if one.strength else ""
    begun = str(one.day) if one.code == "split" else "0" if one.strength else "5 to 22"
    days = (f"{one.middle:g}", str(max(one.days))) if one.days else ("", "")
    return f"`{one.code}`", size, begun, str(one.planted), str(len(one.days)), *days


def _messages(done: Month) -> str:
    wanted, received = findings.wanted(done.looks), findings.received(done)
    missing, mailed = findings.mails(done)
    killed = sum(done.killed.values())
    stages = ", ".join(f"{count} {stage}" for stage, count in sorted(done.killed.items()))
    return (
        f"{wanted.total():,} changes; {(wanted & received).total():,} of them told once at a webhook "
        f"that knows ids, {(received - wanted).total()} told too much. {killed} processes were "
        f"killed ({stages}): {findings.repeats(done)} deliveries were repeats, with the same id. "
        f"Of the mails, which have no id, {missing} were missing and {mailed} came twice.\n"
    )
