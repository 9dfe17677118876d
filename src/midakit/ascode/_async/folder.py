"""A folder of files and a project of the server: pull, plan, apply."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midakit.ascode._async.applying import AsyncSteps, Known
from midakit.ascode._async.reading import read_project
from midakit.ascode.errors import LiveTestAtRisk, PlanBlocked, PlanOutdated
from midakit.ascode.folder_files import FolderFiles
from midakit.ascode.known_ids import KnownFile
from midakit.ascode.plan import ChangePlan, PlanStep
from midakit.ascode.planning import make_plan
from midakit.ascode.pulling import Pulled, new_files

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida


class AsyncCodeFolder:
    """Goals, experiments and groups of a project as YAML files in a folder.

    Args:
        place: The folder; `pull` makes it.
        mida: The client of the project.

    Example:
        folder = ascode.AsyncCodeFolder("experiments", mida)
        await folder.pull()
        print((await folder.plan()).steps)  # none: the files say what the server has
    """

    def __init__(self, place: Path | str, mida: "AsyncMida") -> None:
        self.files = FolderFiles(place)
        self._mida = mida

    async def pull(self) -> Pulled:
        """Write what the server has into the files; comments and order of files stay.

        A file whose object is gone from the server is deleted. A file that was never applied stays.

        Returns:
            The names of the files that were created, changed and removed.

        Raises:
            InvalidRequest: A file that is there cannot be read.
            MidakitError: The server could not be read; no file is touched then.

        Example:
            folder = ascode.AsyncCodeFolder("experiments", mida)
            pulled = await folder.pull()
            print(len(pulled.created), "files written")
        """
        live = await read_project(self._mida)
        known = self.files.known(live.project_key)
        files, names = new_files(live, known, self.files.read())
        pulled = Pulled()
        for kind, documents in files.items():
            for name, document in documents.items():
                pulled.add(self.files.write(kind, name, document), kind, name)
        for kind, entries in known.items():
            for name in [one for one in entries if one not in names[kind]]:
                self.files.remove(kind, name)
                pulled.add("removed", kind, name)
        self.files.remember(live.project_key, names)
        self.files.write_schemas()
        return pulled

    async def plan(self) -> ChangePlan:
        """Compare the files with the server.

        Returns:
            The steps that make the server say what the files say; none when it does.

        Raises:
            InvalidRequest: There is no such folder, or a file is wrong or refers to what does not exist;
                the message names it.
            MidakitError: The server could not be read.

        Example:
            folder = ascode.AsyncCodeFolder("experiments", mida)
            await folder.pull()
            plan = await folder.plan()
            print(plan.id, [step.name for step in plan.dangerous])
        """
        self.files.must_exist()
        live = await read_project(self._mida)
        return make_plan(self.files.read(), live, self.files.known(live.project_key))

    async def apply(
        self,
        plan: ChangePlan | str | None = None,
        *,
        allow_live: bool = False,
        on_step: Callable[[PlanStep], Any] | None = None,
    ) -> ChangePlan:
        """Send the steps of a plan; after a kill the next call sends those that are left.

        Args:
            plan: A plan that somebody has seen, or its id: nothing is sent if files or server have
                changed since. When left out, what a new plan says.
            allow_live: Also what endangers live tests: their variants, targeting and traffic,
                stopping them, and every deletion.
            on_step: Called with each step after it is done.

        Returns:
            The plan that was applied.

        Raises:
            PlanOutdated: Files or server are not as they were when the plan was made.
            LiveTestAtRisk: A step endangers a live test, and `allow_live` is not given.
            PlanBlocked: The API cannot do a step.
            InvalidRequest: There is no such folder, or a file is wrong.
            MidakitError: The server refused a step; the steps before it are done.

        Example:
            folder = ascode.AsyncCodeFolder("experiments", mida)
            await folder.pull()
            plan = await folder.plan()
            await folder.apply(plan, on_step=print)  # nothing, if files or server have changed since
        """
        self.files.must_exist()
        live = await read_project(self._mida)
        known: Known = self.files.known(live.project_key)
        now = make_plan(self.files.read(), live, known)
        check_plan(now, plan, allow_live=allow_live)
        for kind, ids in now.ids.items():
            entries = known.setdefault(kind, {})
            for name, number in ids.items():
                if name not in entries or entries[name].id != number:
                    entries[name] = KnownFile(number)
        steps = AsyncSteps(self._mida, live.project_key, known)
        for step in now.steps:
            await steps.send(step)
            self.files.remember(live.project_key, known)
            if on_step is not None:
                on_step(step)
        self.files.remember(live.project_key, known)
        return now


def check_plan(now: ChangePlan, seen: ChangePlan | str | None, *, allow_live: bool) -> None:
    """Refuse a plan that is not the one that was seen, that endangers live tests, or is impossible.

    Args:
        now: The plan of this moment.
        seen: The plan that somebody has seen, or its id; None for none.
        allow_live: Whether live tests may be endangered.

    Raises:
        PlanOutdated: The two plans differ.
        LiveTestAtRisk: A step endangers a live test.
        PlanBlocked: The API cannot do a step.
    """
    if seen is not None and now.id != (seen if isinstance(seen, str) else seen.id):
        raise PlanOutdated(now)
    if now.blocked:
        raise PlanBlocked(now)
    if now.dangerous and not allow_live:
        raise LiveTestAtRisk(now)
