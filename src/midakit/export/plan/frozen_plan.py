"""The plan in its place: written once, read back by every resume, put aside by the next increment."""

import gzip
import io
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import attrs

from midakit.errors import ConfigurationError
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.formats import FORMATS, by_name
from midakit.export.files.legacy import is_without_log, legacy_files, refuse_data_without_plan
from midakit.export.files.stores import Store
from midakit.export.plan.plan import FILE, Plan, PlanHead, parse, parse_head

ASIDE = "_plans/"
LEVEL = 6
"""Of gzip: a quarter of the time of the default, and 2 % more bytes."""


class Output(NamedTuple):
    """How the files look; None is not said."""

    format: str | None = None
    partition_by: str | None = None
    keep_raw: bool | None = None

    @property
    def format_or_default(self) -> str:
        """The format, with the default."""
        return self.format or "parquet"

    def settled(self) -> "Output":
        """Return the output with a default for everything that is not said."""
        return Output(self.format_or_default, self.partition_by, bool(self.keep_raw))


def check_same_output(there: Output | None, asked: Output, store: Store) -> None:
    """Refuse to continue an export in another format: a place has one.

    Args:
        there: How the files of the place look; None where there is no plan.
        asked: What the user asked for.
        store: The place, for the message.

    Raises:
        ConfigurationError: Something was asked for that differs from what is there.
    """
    for name, had, wanted in zip(Output._fields, there or (), asked, strict=False):
        if wanted is not None and wanted != had:
            raise ConfigurationError(
                f"{name}: {store} was begun with {had!r} and not {wanted!r}; leave it out, or choose "
                "another place"
            )


def current_plan(log: CommitLog) -> Plan | None:
    """Return the plan that is in force in the place, or None where there is none.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: The log names a plan that is gone, or it is damaged.
    """
    lines = _lines(log)
    return None if lines is None else parse(lines, f"{log.store}/{FILE}")


def plan_to_resume(log: CommitLog) -> Plan:
    """Return the plan of a place that must have one.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: There is none, or data lies there that no plan describes.
    """
    found = current_plan(log)
    if found is None:
        refuse_data_without_plan(log.store)
        raise ConfigurationError(f"{log.store} has no export to resume: there is no {FILE}")
    return found


def current_output(log: CommitLog) -> Output | None:
    """Return how the files of the place look, or None where there is no plan.

    Args:
        log: The log of the place.
    """
    head = current_head(log)
    return None if head is None else output_of(head.settings)


def current_head(log: CommitLog) -> PlanHead | None:
    """Return what the plan in force says first, or None where there is no plan.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: The log names a plan that is gone, or it is damaged.
    """
    lines = _lines(log)
    return None if lines is None else parse_head(next(lines, ""), f"{log.store}/{FILE}")


def output_of(settings: Mapping[str, Any]) -> Output:
    """Return what a plan says about its files.

    Args:
        settings: The settings of the plan.
    """
    return Output(**settings.get("output", {})).settled()


def _lines(log: CommitLog) -> Iterator[str] | None:
    """Return the lines of the plan that the log names; of the plan's file where there is no log."""
    store, named = log.store, log.snapshot.plan
    try:
        if named:
            return _unpacked(store.get(_name(named)), f"{store}: its plan {_name(named)}")
        return iter(store.get(FILE).decode().splitlines())
    except FileNotFoundError:
        if named:
            raise ConfigurationError(
                f"{store}: its plan {_name(named)} is gone; put it back"
            ) from None
        return None


def _unpacked(packed: bytes, what: str) -> Iterator[str]:
    """Yield the lines of a plan: of a large one, the whole text is never in memory."""
    try:
        with gzip.open(io.BytesIO(packed), "rt", encoding="utf-8", newline="\n") as lines:
            yield from lines
    except (OSError, EOFError, ValueError, zlib.error):
        raise ConfigurationError(f"{what} is damaged") from None


def _name(id: str) -> str:
    return f"{ASIDE}{id}.jsonl.gz"


def freeze(plan: Plan, asked: Output, log: CommitLog, there: PlanHead | None) -> Plan:
    """Write the plan where the export goes, and return the plan that is there now.

    Args:
        plan: The plan that was made.
        asked: How the files shall look.
        log: The log of the place.
        there: What the plan that is in force says first; None where there is none.

    Raises:
        ConfigurationError: The place holds a plan with other calls.
    """
    if there is None:
        return write_plan(plan, asked, log)
    if there.id != plan.id:
        raise ConfigurationError(
            f"{log.store} holds another export (plan {there.id}, made {there.created_at}); "
            "resume it, use since_last to export only what is new, or choose another place"
        )
    return plan_to_resume(log)


def write_plan(plan: Plan, asked: Output, log: CommitLog) -> Plan:
    """Write a plan into a place and put it in force, in one step; return it.

    Args:
        plan: The plan that was made.
        asked: How the files shall look.
        log: The log of the place.
    """
    made = attrs.evolve(plan, settings={**plan.settings, "output": asked.settled()._asdict()})
    lines = io.BytesIO()  # a large plan is in memory once, not once as text and once as bytes
    for line in made.encoded_lines():
        lines.write(line)
        lines.write(b"\n")
    text = lines.getvalue()  # the same memory
    _keep(text, made, log.store)
    log.commit(plan=made.id)
    log.store.put(FILE, text, replace=True)
    return made


def _keep(text: bytes, plan: Plan, store: Store) -> None:
    """Write a plan where the log finds it by its id."""
    store.put(_name(plan.id), gzip.compress(text, LEVEL, mtime=0), replace=True)


def begin_run(log: CommitLog) -> None:
    """Begin a run in a place that is locked: no earlier run can commit from here on.

    A place without a log gets one that names what is there.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: The place holds data, and no plan says what it is.
    """
    log.begin()
    if is_without_log(log):
        plan = current_plan(log)
        if plan is None:
            refuse_data_without_plan(log.store)
        else:
            _take_over(plan, log)


def _take_over(plan: Plan, log: CommitLog) -> None:
    """Let the log name what an export without a log has left."""
    store, format = log.store, output_of(plan.settings).format_or_default
    files = legacy_files(store, by_name(format)) if format in FORMATS else []
    ids = frozenset(plan.specs.ids())
    joins = [attrs.evolve(file, specs=file.specs & ids, absent=file.absent & ids) for file in files]
    _keep(store.get(FILE), plan, store)
    whole = "_SUCCESS" in set(store.names())
    log.commit(joins, plan=plan.id, state="whole" if whole else "")


def past_plans(log: CommitLog) -> list[Plan]:
    """Return the plans that were in force before.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: One of them is damaged.
    """
    store, now = log.store, _name(log.snapshot.plan)
    names = [name for name in store.names() if name.startswith(ASIDE) and name != now]
    return [parse(_unpacked(store.get(name), name), name) for name in names]
