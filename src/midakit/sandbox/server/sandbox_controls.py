"""What a program can do with a sandbox in its own process, beside sending requests."""

from midakit.sandbox.delivery.flags import set_flags
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Body


class SandboxControls:
    """The controls of a sandbox or of one of its namespaces."""

    @property
    def state(self) -> SandboxState:
        """The state that is controlled."""
        raise NotImplementedError

    @property
    def project_key(self) -> str:
        """The first project's key; empty when there is no project."""
        projects = self.state.records.find_all("project")
        return str(projects[0]["project_key"]) if projects else ""

    def reset(self) -> None:
        """Restore the data that it started with, in milliseconds."""
        with self.state.loading:
            self.state.reset()

    def snapshot(self, name: str) -> None:
        """Keep the present data, options and clock under a name.

        Args:
            name: Letters, digits, `.`, `_` and `-`; an older snapshot of this name is gone.

        Raises:
            HttpError: 400, a snapshot cannot be called so.
        """
        with self.state.loading:
            self.state.take_snapshot(name)

    def restore(self, name: str) -> None:
        """Go back to a snapshot, in milliseconds; requests and faults are forgotten.

        Args:
            name: Its name; a namespace has the snapshots of the server too.

        Raises:
            HttpError: 404, there is no such snapshot.
        """
        with self.state.loading:
            self.state.restore(name)

    def snapshots(self) -> list[str]:
        """Return the names of the snapshots that can be restored."""
        return self.state.snapshots.names()

    def faults(self, *rules: str | Body, **match: object) -> list[Body]:
        """Add fault rules to those in force.

        Args:
            *rules: Each as text, such as `"status;code=503"`, or as a JSON object.
            **match: Fields that each of the rules gets, such as `path` or `times`.

        Returns:
            All rules in force, with what they matched and did.

        Raises:
            HttpError: 400, a rule is not one.

        Example:
            ```python
            sandbox.faults("status;code=503", path="/result$", times=2)
            ```
        """
        bodies = [{"action": rule} if isinstance(rule, str) else rule for rule in rules]
        self.state.faults.add([{**body, **match} for body in bodies])
        return self.state.faults.as_json()

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self.state.faults.clear()

    def flags(self, **percents: float) -> None:
        """Replace the feature flags of the first project.

        Args:
            **percents: The percent of visitors that each flag is on for.

        Raises:
            HttpError: 400, a percent is not from 0 to 100.

        Example:
            ```python
            sandbox.flags(**{"new-checkout": 100})
            ```
        """
        set_flags(self.state, self.project_key, percents)

    def requests(self, after: int = 0) -> list[Body]:
        """Return the requests that were seen, oldest first.

        Args:
            after: Only requests with a higher `number`.

        Returns:
            The requests, without secrets.
        """
        return self.state.requests.since(after)

    def clock(self, *, freeze: str | bool | None = None, move: float | None = None) -> str:
        """Freeze the clock, let it run, or move it.

        Args:
            freeze: True or a time (ISO 8601) to stop the clock at, False to let it run.
            move: Seconds to move it by; a negative number moves it back.

        Returns:
            The time that it shows.

        Raises:
            HttpError: 400, the time is not one, or lies too far away.
        """
        self.state.set_clock(freeze, move)
        return self.state.now_text()
