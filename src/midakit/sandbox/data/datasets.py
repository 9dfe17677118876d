"""Data in and out of a state: seeded, imported, exported, and traffic that comes by."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from midakit.sandbox.answers import Body
from midakit.sandbox.data import dataset_format
from midakit.sandbox.data.dataset_format import Definitions
from midakit.sandbox.data.defaults import filled
from midakit.sandbox.sandbox_state import SandboxState

_DAY = 86_400
_INTERNAL = frozenset({"number"})


def start(state: SandboxState) -> None:
    """Fill a new state as its settings say; one that has data on disk stays as it is."""
    settings = state.settings
    if not state.records.empty:
        return
    if settings.import_file is not None:
        load(state, settings.import_file)
    elif settings.seed is not None:
        seed(state, settings.seed, settings.visitors)


def seed(state: SandboxState, number: int, visitors: int) -> Body:
    """Replace the data by the seeded set."""
    from midakit.sandbox.data import seeded_visits

    with state.loading:
        definitions = seeded_visits.seed(state.visits, seed=number, visitors=visitors)
        state.take(definitions)
    return {"seed": number, "visitors": visitors, **_counts(definitions)}


def load(state: SandboxState, source: Path | Iterable[str]) -> Body:
    """Replace the data by a data set in the neutral format."""
    with state.loading:
        definitions = filled(dataset_format.load(source, state.visits))
        state.take(definitions)
    return _counts(definitions)


def _counts(definitions: Definitions) -> Body:
    return {
        "projects": len(definitions.projects),
        "goals": len(definitions.goals),
        "experiments": len(definitions.experiments),
    }


def dump(state: SandboxState) -> Iterator[str]:
    """The present state in the neutral format."""
    with state.loading:
        yield from dataset_format.dump(definitions(state), state.visits)


def definitions(state: SandboxState) -> Definitions:
    """The objects of every project; goals deleted softly are among them."""
    records = state.records
    projects = [_plain(project) for project in records.find_all("project")]
    if projects and state.clock.frozen:
        projects[0] = {**projects[0], "now": state.now_text()}
    goals = [
        {**goal, "project_key": project["project_key"]}
        for project in projects
        for goal in records.find_all("goal", project=project["project_key"], deleted=True)
    ]
    return Definitions(projects, goals, records.find_all("experiment"))


def _plain(body: Body) -> Body:
    return {name: value for name, value in body.items() if name not in _INTERNAL}


def traffic(state: SandboxState, *, visitors: int = 1000, days: int = 1, seed: int = 0) -> Body:
    """Let visitors come to each live experiment; a frozen clock moves on by the days."""
    from midakit.sandbox.data.traffic import simulate

    chance = random.Random(seed)  # noqa: S311 -- chance that can be repeated, no secret
    with state.loading:
        shown = [
            simulate(state.visits, state.context(project, experiment), visitors, days, chance)
            for project in state.records.find_all("project")
            for experiment in state.records.find_all("experiment", project=project["project_key"])
            if experiment["status"] == 1 and not experiment["is_completed"]
        ]
        if state.clock.frozen:
            state.clock.move(days * _DAY)
            state.keep_clock()
    return {"experiments": shown, "now": state.now_text()}
