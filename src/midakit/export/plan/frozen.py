"""The plan in its place: frozen once, read back by every resume, put aside by the next increment."""

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
    def form(self) -> str:
        """The format, with the default."""
        return self.format or "parquet"

    def settled(self) -> "Output":
        """Nothing left unsaid."""
        return Output(self.form, self.partition_by, bool(self.keep_raw))


def agree(there: Output | None, asked: Output, store: Store) -> None:
    """A place has one format: half an export in another one would be two halves."""
    for name, had, wanted in zip(Output._fields, there or (), asked, strict=False):
        if wanted is not None and wanted != had:
            raise ConfigurationError(
                f"{name}: {store} was begun with {had!r} and not {wanted!r}; leave it out, or choose "
                "another place"
            )


def before(store: Store) -> Plan | None:
    """The plan that is there."""
    try:
        text = store.get(FILE).decode()
    except FileNotFoundError:
        return None
    return parse(text.splitlines(), f"{store}/{FILE}")


def frozen(store: Store) -> Plan:
    """The plan to resume."""
    found = before(store)
    if found is None:
        raise ConfigurationError(f"{store} holds no export to resume: there is no {FILE}")
    return found


def output(store: Store) -> Output | None:
    """How the files that are there look."""
    try:
        text = store.get(FILE).decode()
    except FileNotFoundError:
        return None
    return told(settings(text, f"{store}/{FILE}"))


def told(settings: Mapping[str, Any]) -> Output:
    """What a plan says about its files."""
    return Output(**settings.get("output", {})).settled()


def freeze(plan: Plan, asked: Output, store: Store) -> Plan:
    """Write the plan where the export goes; a second, different one is refused."""
    there = before(store)
    if there is None:
        made = attrs.evolve(plan, settings={**plan.settings, "output": asked.settled()._asdict()})
        text = io.BytesIO()  # a large plan is in memory once, not once as text and once as bytes
        for line in made.lines():
            text.write(f"{line}\n".encode())
        store.put(FILE, text.getvalue(), replace=True)
        return made
    if there.id != plan.id:
        raise ConfigurationError(
            f"{store} holds another export (plan {there.id}, made {there.created_at}); "
            "resume it, read what is new since with since_last, or choose another place"
        )
    return there


def put_aside(store: Store) -> None:
    """The plan before this one is kept, for `verify`."""
    there = before(store)
    if there is not None:
        packed = gzip.compress(store.get(FILE), mtime=0)
        store.put(f"{ASIDE}{there.id}.jsonl.gz", packed, replace=True)
        store.remove(FILE)


def rounds(store: Store) -> int:
    """How many plans were put aside."""
    return len(_aside(store))


def earlier(store: Store) -> list[Plan]:
    """The plans that were put aside."""
    texts = ((name, gzip.decompress(store.get(name)).decode()) for name in _aside(store))
    return [parse(text.splitlines(), name) for name, text in texts]


def _aside(store: Store) -> list[str]:
    return [name for name in store.names() if name.startswith(ASIDE)]
