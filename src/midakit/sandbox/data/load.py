"""Data in and out of a world: seeded, imported, exported, and traffic that comes by."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from midakit.sandbox.data import dataset_format as neutral
from midakit.sandbox.data.dataset_format import Definitions
from midakit.sandbox.data.defaults import filled
from midakit.sandbox.exchange import Body
from midakit.sandbox.world import World

_DAY = 86_400
_INTERNAL = frozenset({"number"})


def start(world: World) -> None:
    """Fill a new world as its settings say; one that has data on disk stays as it is."""
    settings = world.settings
    if not world.records.empty:
        return
    if settings.import_file is not None:
        load(world, settings.import_file)
    elif settings.seed is not None:
        seed(world, settings.seed, settings.visitors)


def seed(world: World, number: int, visitors: int) -> Body:
    """Replace the data by the seeded set."""
    from midakit.sandbox.data import seeder

    with world.loading:
        definitions = seeder.seed(world.visits, seed=number, visitors=visitors)
        world.take(definitions)
    return {"seed": number, "visitors": visitors, **_counts(definitions)}


def load(world: World, source: Path | Iterable[str]) -> Body:
    """Replace the data by a data set in the neutral format."""
    with world.loading:
        definitions = filled(neutral.load(source, world.visits))
        world.take(definitions)
    return _counts(definitions)


def _counts(definitions: Definitions) -> Body:
    return {
        "projects": len(definitions.projects),
        "goals": len(definitions.goals),
        "experiments": len(definitions.experiments),
    }


def dump(world: World) -> Iterator[str]:
    """The present state in the neutral format."""
    with world.loading:
        yield from neutral.dump(definitions(world), world.visits)


def definitions(world: World) -> Definitions:
    """The objects of every project; goals deleted softly are among them."""
    records = world.records
    projects = [_plain(project) for project in records.list("project")]
    if projects and world.clock.frozen:
        projects[0] = {**projects[0], "now": world.stamp()}
    goals = [
        {**goal, "project_key": project["project_key"]}
        for project in projects
        for goal in records.list("goal", project=project["project_key"], every=True)
    ]
    return Definitions(projects, goals, records.list("experiment"))


def _plain(body: Body) -> Body:
    return {name: value for name, value in body.items() if name not in _INTERNAL}


def traffic(world: World, *, visitors: int = 1000, days: int = 1, seed: int = 0) -> Body:
    """Let visitors come to each live experiment; a frozen clock moves on by the days."""
    from midakit.sandbox.data.traffic import simulate

    chance = random.Random(seed)  # noqa: S311 -- chance that can be repeated, no secret
    with world.loading:
        shown = [
            simulate(world.visits, world.context(project, experiment), visitors, days, chance)
            for project in world.records.list("project")
            for experiment in world.records.list("experiment", project=project["project_key"])
            if experiment["status"] == 1 and not experiment["is_completed"]
        ]
        if world.clock.frozen:
            world.clock.move(days * _DAY)
            world.keep_clock()
    return {"experiments": shown, "now": world.stamp()}
