"""Data in and out of a sandbox: made up, imported, exported, and simulated traffic."""

import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from midakit.sandbox.data.account_objects import object_lines, put_objects
from midakit.sandbox.data.dataset_export import export_lines
from midakit.sandbox.data.dataset_import import FORM, import_lines
from midakit.sandbox.data.definitions import Definitions, with_defaults
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.state.visits import Visits
from midakit.sandbox.state.visits_file import Baseline, Rates
from midakit.sandbox.values import Body

_DAY = 86_400


def fill_at_start(state: SandboxState) -> None:
    """Fill a new state as its settings say; one that has data on disk stays as it is.

    Args:
        state: What the sandbox holds.

    Raises:
        HttpError: 400, the file to import is not a data set.
    """
    settings = state.settings
    if not state.records.empty:
        return
    if settings.import_file is not None:
        import_data(state, settings.import_file)
    elif settings.seed is not None:
        sizes = Sizes(
            visitors=settings.visitors,
            experiments=settings.experiments,
            days=settings.days,
            projects=settings.projects,
        )
        seed(state, settings.seed, sizes)


def seed(state: SandboxState, number: int, sizes: Sizes) -> Body:
    """Replace the data by a made-up set.

    Args:
        state: What the sandbox holds.
        number: The seed; the same seed makes the same data.
        sizes: How much to make up.

    Returns:
        The seed, the visitors, and how many objects there are.

    Raises:
        HttpError: 400, one of the numbers is too small or too large; the old data stay.
    """
    from midakit.sandbox.data.seeded_visits import seed_visits

    if number < 0:
        raise HttpError(400, "seed must be 0 or more")
    with state.loading:
        visits = _NewVisits()
        definitions = seed_visits(visits, seed=number, sizes=sizes)
        _replace(state, definitions, visits)
    return {"seed": number, "visitors": sizes.visitors, **_counts(definitions)}


def import_data(state: SandboxState, source: Path | Iterable[str]) -> Body:
    """Replace the data by a data set in JSON lines.

    Args:
        state: What the sandbox holds.
        source: A path, or the lines themselves.

    Returns:
        How many objects there are.

    Raises:
        HttpError: 400, the lines are not a data set; the old data stay.
    """
    with state.loading:
        visits = _NewVisits()
        definitions = with_defaults(import_lines(source, visits))
        _replace(state, definitions, visits)
    return _counts(definitions)


class _NewVisits:
    """The visits of a new data set, until its objects are stored."""

    def replace(self, baseline: Baseline, rates: Rates) -> None:
        """Keep them."""
        self._kept = baseline, rates

    def load(self, visits: Visits) -> None:
        """Replace the visits of a sandbox by them."""
        visits.replace(*self._kept)


def _replace(state: SandboxState, definitions: Definitions, visits: _NewVisits) -> None:
    """Replace everything by a data set, or nothing; what is stored afterwards is the baseline."""
    try:
        with state.replacing():
            # a request takes the lock of the visits first, too
            with state.visits.lock, state.records.change():
                _replace_objects(state, definitions)
                visits.load(state.visits)
            state.records.keep_baseline()
    finally:
        state.apply_options()


def _replace_objects(state: SandboxState, definitions: Definitions) -> None:
    """Replace every object by a data set's."""
    companies = {item["project_key"]: item["company_id"] for item in definitions.projects}
    own = state.settings.api_key
    keys = {own, *state.settings.api_keys, *(key.name for key in state.records.stored("key"))}
    whole = bool(definitions.accounts)
    state.records.clear()
    for place, project in enumerate(definitions.projects, 1):
        if whole:
            state.put_project(place, project)
        else:
            state.add_project(project, own)
    for goal in definitions.goals:
        state.put_goal(goal["project_key"], goal)
    for experiment in definitions.experiments:
        deleted = experiment.pop("deleted", False)
        company = companies[experiment["project_key"]]
        state.put_experiment({**experiment, "company_id": company}, active=not deleted)
    state.clock.restore(None)
    state.set_clock(definitions.projects[0].get("now"), None)
    put_objects(state.records, definitions.objects, keys)
    if not whole:
        for key, project_key in state.settings.api_keys.items():
            state.add_key(key, project_key)
    elif not state.records.find_all("key", name=own):  # else nobody here could open it
        for project in state.records.find_all("project"):
            state.add_key(own, project["project_key"])


def _counts(definitions: Definitions) -> Body:
    """Return how many objects of each kind there are."""
    return {kind: len(getattr(definitions, kind)) for kind in ("projects", "goals", "experiments")}


def export_data(state: SandboxState) -> Iterator[str]:
    """Yield the whole account as JSON lines, which `import_data` brings back as it is.

    Args:
        state: What the sandbox holds.

    Yields:
        One JSON object per line, without a line end.
    """
    with state.loading:
        yield from export_lines(_definitions(state), state.visits)


def _definitions(state: SandboxState) -> Definitions:
    """Return the objects of every project, deleted ones too."""
    records = state.records
    projects = [
        {name: value for name, value in project.items() if name != "number"}
        for project in records.find_all("project", deleted=True)
    ]
    if projects and state.clock.frozen:
        projects[0] = {**projects[0], "now": state.now_text()}
    goals = [{**stored.body, "project_key": stored.project} for stored in records.stored("goal")]
    experiments = [
        stored.body if stored.active else {**stored.body, "deleted": True}
        for stored in records.stored("experiment")
    ]
    objects = [(line.pop("type"), line) for line in object_lines(records)]
    return Definitions(projects, goals, experiments, objects, [{"form": FORM}])


def add_traffic(state: SandboxState, *, visitors: int = 1000, days: int = 1, seed: int = 0) -> Body:
    """Let visitors come to each live experiment; a frozen clock moves on by the days.

    Args:
        state: What the sandbox holds.
        visitors: How many come to each experiment.
        days: The days that they spread over, from now on.
        seed: The seed of their chances.

    Returns:
        What happened in each experiment, and the time that the clock shows.

    Raises:
        HttpError: 400, there are too many visitors or days.
    """
    from midakit.sandbox.data.traffic import simulate

    chance = random.Random(seed)  # noqa: S311 -- chance that can be repeated, no secret
    with state.loading:
        shown = [
            simulate(
                state.visits, state.report_context(project, experiment), visitors, days, chance
            )
            for project in state.records.find_all("project")
            for experiment in state.records.find_all("experiment", project=project["project_key"])
            if experiment["status"] == 1 and not experiment["is_completed"]
        ]
        if state.clock.frozen:
            state.set_clock(None, days * _DAY)
    return {"experiments": shown, "now": state.now_text()}
