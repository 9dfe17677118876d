"""The calls of a plan in little memory: about 40 bytes each, where objects take 700 (pure).

Thousands of calls differ by nothing but their experiment. What they have in common is kept once, as their
`Pattern`; of each call there is the number of its pattern, that of its experiment, and its id. A `Spec` is
made when it is asked for, which takes 4 microseconds.
"""

from array import array
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, overload

import attrs

from midakit.core.call import Call, Pairs
from midakit.export.plan.spec import Spec, copied, id_of

EXPERIMENT = ("test_id", "test_name")
"""What the context of a report begins with."""
UNKNOWN: Pairs = tuple((name, "") for name in EXPERIMENT)


class Pattern(NamedTuple):
    """Calls that differ by nothing but their experiment."""

    sample: Spec
    """One of them."""
    before: str
    """The path up to the experiment's number."""
    after: str | None
    """The path behind it; None where the number is not in the path."""
    known: int
    """How many names of `EXPERIMENT` the context begins with."""
    context: Pairs
    """The rest of the context."""
    common: Hashable
    """What is equal for calls of one pattern alone."""


class Parts(NamedTuple):
    """What makes up a call, where a `Spec` takes four times as long to make."""

    pattern: Pattern
    context: Pairs
    path: str
    id: str = ""
    """Empty where it is not computed yet."""

    def spec(self) -> Spec:
        """Return the call."""
        sample = self.pattern.sample
        call = copied(sample.call, path=self.path)
        id = self.id or id_of(sample, self.path, self.context)
        return copied(sample, call=call, context=self.context, id=id)


class PackedSpecs(Sequence[Spec]):
    """Calls of a plan, in order; it cannot be changed.

    Args:
        specs: The calls, or what makes them up.
    """

    def __init__(self, specs: Iterable[Spec | Parts] = ()) -> None:
        self._patterns: list[Pattern] = []
        self._texts = bytearray()
        """Number and name of each experiment, one behind the other."""
        self._ends = array("Q", [0])
        """Where each of these texts ends."""
        self._pattern_of = array("I")
        self._experiment_of = array("I")
        self._ids = array("Q")
        places: dict[Any, int] = {}
        before: Pairs | None = None
        for spec in specs:
            parts = spec if isinstance(spec, Parts) else _parts(spec)
            place = places.get(parts.pattern.common)
            if place is None:
                place = places[parts.pattern.common] = len(places)
                self._patterns.append(parts.pattern)
            about = parts.context[: parts.pattern.known]
            if about != before:
                before = about
                for _, text in (*about, *UNKNOWN)[:2]:
                    self._texts += text.encode()
                    self._ends.append(len(self._texts))
            self._pattern_of.append(place)
            self._experiment_of.append(len(self._ends) // 2 - 1)
            id = parts.id or id_of(parts.pattern.sample, parts.path, parts.context)
            self._ids.frombytes(bytes.fromhex(id))

    def __len__(self) -> int:
        return len(self._pattern_of)

    @overload
    def __getitem__(self, index: int) -> Spec: ...
    @overload
    def __getitem__(self, index: slice) -> "PackedSpecs": ...
    def __getitem__(self, index: int | slice) -> "Spec | PackedSpecs":
        found = range(len(self))[index]
        if isinstance(found, range):
            return self.at(found)
        [spec] = self.at([found])
        return spec

    def __iter__(self) -> Iterator[Spec]:
        return (parts.spec() for parts in self.parts())

    def parts(self) -> Iterator[Parts]:
        """Yield what makes up each call."""
        before, about = -1, UNKNOWN
        for number, experiment, id in zip(
            self._pattern_of, self._experiment_of, self.ids(), strict=True
        ):
            if experiment != before:  # reports of one experiment follow one another
                before, about = experiment, self._about(experiment)
            pattern = self._patterns[number]
            path, after, known, context = pattern[1:5]
            if after is not None:
                path = f"{path}/{about[0][1]}/{after}"
            yield Parts(pattern, about[:known] + context, path, id)

    def _about(self, experiment: int) -> Pairs:
        """Return what the context of an experiment's calls begins with."""
        start, middle, end = self._ends[2 * experiment : 2 * experiment + 3]
        number, name = self._texts[start:middle], self._texts[middle:end]
        return (EXPERIMENT[0], number.decode()), (EXPERIMENT[1], name.decode())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PackedSpecs):
            return NotImplemented
        return len(self) == len(other) and all(
            one == two for one, two in zip(self, other, strict=True)
        )

    def __hash__(self) -> int:
        return hash(self._ids.tobytes())

    def __repr__(self) -> str:
        return f"<PackedSpecs of {len(self)} calls>"

    def at(self, places: Iterable[int]) -> "PackedSpecs":
        """Return the calls at some places, in that order.

        Args:
            places: Their places, from 0.
        """
        there = array("I", places)
        found = PackedSpecs()
        found._patterns, found._texts, found._ends = self._patterns, self._texts, self._ends
        found._pattern_of = array("I", [self._pattern_of[place] for place in there])
        found._experiment_of = array("I", [self._experiment_of[place] for place in there])
        found._ids = array("Q", [self._ids[place] for place in there])
        return found

    def of(self, ids: Collection[str]) -> "PackedSpecs":
        """Return the calls with some ids, in the order of the plan.

        Args:
            ids: The ids.
        """
        return self.at(place for place, id in enumerate(self.ids()) if id in ids)

    def projects(self) -> set[str]:
        """Return the keys of the projects that are asked."""
        return {self._patterns[number].sample.project for number in set(self._pattern_of)}

    def kinds_and_ids(self) -> Iterator[tuple[str, str]]:
        """Yield table and id of each call."""
        kinds = [one.sample.kind for one in self._patterns]
        for number, id in zip(self._pattern_of, self.ids(), strict=True):
            yield kinds[number], id

    def ids(self) -> Iterator[str]:
        """Return the id of each call."""
        found = self._ids.tobytes().hex()
        return (found[start : start + 16] for start in range(0, len(found), 16))


_COMMON = attrgetter("kind", "project", "paged", "rows", "round")
_COMMON_OF_CALL = attrgetter(*(one.name for one in attrs.fields(Call) if one.name != "path"))


def _parts(spec: Spec) -> Parts:
    """Return what makes up a call."""
    context, path, known = spec.context, spec.call.path, 0
    while known < len(EXPERIMENT) and known < len(context):
        if context[known][0] != EXPERIMENT[known]:
            break
        known += 1
    before, after = path, None
    if known:
        start, found, rest = path.partition(f"/{context[0][1]}/")
        if found:
            before, after = start, rest
    about = before, after, known, context[known:]
    common = (*about, *_COMMON(spec), *_COMMON_OF_CALL(spec.call))
    return Parts(Pattern(spec, *about, common), context, path, spec.id)
