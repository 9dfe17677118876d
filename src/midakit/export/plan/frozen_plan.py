"""The plan in its place: written once, read back by every resume, put aside by the next increment."""

import gzip
import io
from collections.abc import Mapping
from typing import Any, NamedTuple

import attrs

from midakit.errors import ConfigurationError
from midakit.export.files.stores import Store
from midakit.export.plan.spec import FILE, Plan, parse, settings

ASIDE = "_plans/"


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


def current_plan(store: Store) -> Plan | None:
    """Return the plan of the place, or None where there is none.

    Args:
        store: The folder or bucket of the export.
    """
    text = _text(store)
    return None if text is None else parse(text.splitlines(), f"{store}/{FILE}")


def plan_to_resume(store: Store) -> Plan:
    """Return the plan of a place that must have one.

    Args:
        store: The folder or bucket of the export.

    Raises:
        ConfigurationError: There is none.
    """
    found = current_plan(store)
    if found is None:
        raise ConfigurationError(f"{store} has no export to resume: there is no {FILE}")
    return found


def current_output(store: Store) -> Output | None:
    """Return how the files of the place look, or None where there is no plan.

    Args:
        store: The folder or bucket of the export.
    """
    text = _text(store)
    return None if text is None else output_of(settings(text, f"{store}/{FILE}"))


def output_of(settings: Mapping[str, Any]) -> Output:
    """Return what a plan says about its files.

    Args:
        settings: The settings of the plan.
    """
    return Output(**settings.get("output", {})).settled()


def _text(store: Store) -> str | None:
    try:
        return store.get(FILE).decode()
    except FileNotFoundError:
        return None


def freeze(plan: Plan, asked: Output, store: Store) -> Plan:
    """Write the plan where the export goes, and return the plan that is there now.

    Args:
        plan: The plan that was made.
        asked: How the files shall look.
        store: The folder or bucket of the export.

    Raises:
        ConfigurationError: The place holds a plan with other calls.
    """
    there = current_plan(store)
    if there is None:
        return write_plan(plan, asked, store)
    if there.id != plan.id:
        raise ConfigurationError(
            f"{store} holds another export (plan {there.id}, made {there.created_at}); "
            "resume it, use since_last to export only what is new, or choose another place"
        )
    return there


def write_plan(plan: Plan, asked: Output, store: Store) -> Plan:
    """Write a plan into a place, instead of one that is there, and return it.

    Args:
        plan: The plan that was made.
        asked: How the files shall look.
        store: The folder or bucket of the export.
    """
    made = attrs.evolve(plan, settings={**plan.settings, "output": asked.settled()._asdict()})
    text = io.BytesIO()  # a large plan is in memory once, not once as text and once as bytes
    for line in made.lines():
        text.write(f"{line}\n".encode())
    store.put(FILE, text.getvalue(), replace=True)
    return made


def put_aside(store: Store) -> None:
    """Copy the plan of the place to where `verify` finds it when the next one is written.

    Args:
        store: The folder or bucket of the export.
    """
    there = current_plan(store)
    if there is not None:
        packed = gzip.compress(store.get(FILE), mtime=0)
        store.put(f"{ASIDE}{there.id}.jsonl.gz", packed, replace=True)


def count_past_plans(store: Store) -> int:
    """Return how many plans were put aside.

    Args:
        store: The folder or bucket of the export.
    """
    return len(_aside(store))


def past_plans(store: Store) -> list[Plan]:
    """Return the plans that were put aside.

    Args:
        store: The folder or bucket of the export.

    Raises:
        ConfigurationError: One of them is damaged.
    """
    texts = ((name, gzip.decompress(store.get(name)).decode()) for name in _aside(store))
    return [parse(text.splitlines(), name) for name, text in texts]


def _aside(store: Store) -> list[str]:
    return [name for name in store.names() if name.startswith(ASIDE)]
