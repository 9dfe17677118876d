"""What a program can do with a sandbox beside sending requests, in its own process or over HTTP."""

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.stubs.request_match import request_match
from midakit.sandbox.values import Body


class SandboxControls:
    """The controls of a sandbox or of one of its namespaces."""

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        good: tuple[int, ...] = (200, 201),
    ) -> Any:
        """Use a control under `/__sandbox__`, and return the JSON value of its answer.

        Args:
            method: The HTTP method.
            path: The path of the control.
            body: The JSON body.
            query: The query.
            good: The statuses that are no error.

        Raises:
            HttpError: It has another status.
        """
        raise NotImplementedError

    @property
    def project_key(self) -> str:
        """The first project's key; empty when there is no project."""
        raise NotImplementedError

    def reset(self) -> None:
        """Restore the data that it started with.

        Example:
            mida.experiments.delete(1001)
            sandbox.reset()
            assert mida.experiments.get(1001).test_id == 1001
        """
        self._ask("POST", "/reset")

    def snapshot(self, name: str) -> None:
        """Keep the present data, options and clock under a name.

        Args:
            name: Letters, digits, `.`, `_` and `-`; an older snapshot of this name is gone.

        Raises:
            HttpError: 400, a snapshot cannot be called so.

        Example:
            sandbox.snapshot("before")
            mida.goals.delete(104)
            sandbox.restore("before")
        """
        self._ask("POST", "/snapshots", {"name": name})

    def restore(self, name: str) -> None:
        """Go back to a snapshot; requests, faults and stubs are forgotten.

        Args:
            name: Its name; a namespace has the snapshots of the server too.

        Raises:
            HttpError: 404, there is no such snapshot.

        Example:
            sandbox.snapshot("empty")
            sandbox.faults("status;code=503")
            sandbox.restore("empty")  # the fault is gone too
        """
        self._ask("POST", "/restore", {"name": name})

    def snapshots(self) -> list[str]:
        """Return the names of the snapshots that can be restored.

        Example:
            sandbox.snapshot("before")
            assert "before" in sandbox.snapshots()
        """
        return list(self._ask("GET", "/snapshots")["snapshots"])

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
            sandbox.faults("status;code=503", path="/goals$", times=1)
            print(mida.goals.list().collect())  # the client has asked again
        """
        bodies = [{"action": rule} if isinstance(rule, str) else rule for rule in rules]
        return list(self._ask("POST", "/faults", [{**body, **match} for body in bodies])["rules"])

    def clear_faults(self) -> None:
        """Remove all fault rules.

        Example:
            sandbox.faults("status;code=503")
            sandbox.clear_faults()
            print(mida.experiments.get(1001).test_name)
        """
        self._ask("DELETE", "/faults")

    def stub(
        self,
        method: str | None = None,
        path: str | None = None,
        *responses: int | Body,
        query: Mapping[str, str] | None = None,
        body: object = None,
        times: int | None = None,
    ) -> int:
        """Answer some requests with something else than the sandbox's own answer.

        Args:
            method: The HTTP method; None is every one.
            path: A pattern (RE2) that is searched in the path; None is every path.
            *responses: Given in turn, the last one stays. A number is a status; an object has any of
                `status`, `headers`, `delay` (seconds), and one of `body` (JSON), `text`, `base64`.
            query: What must be in the query, among other things.
            body: What must be in the JSON body, among other things.
            times: After so many answers the sandbox answers itself again; None is no end.

        Returns:
            The number of the stub; of two that match, the one that was added last answers.

        Raises:
            HttpError: 400, it is not a stub.

        Example:
            sandbox.stub("GET", "/result$", 503, {"body": {"success": True, "total_visitors": 7}})
            assert mida.experiments.result(1001).total_visitors == 7  # after one retry
        """
        match = request_match(method, path, query, body)
        stub = {"request": match, "response": list(responses) or [{}], "times": times}
        return int(self._ask("POST", "/stubs", stub)["number"])

    def stubs(self) -> list[Body]:
        """Return the stubs in force, with how often each has answered (`used`).

        Example:
            sandbox.stub("GET", "/goal/205$", 404, times=1)
            print([stub["used"] for stub in sandbox.stubs()])
        """
        return list(self._ask("GET", "/stubs")["stubs"])

    def clear_stubs(self) -> None:
        """Remove all stubs.

        Example:
            sandbox.stub("GET", "/result$", 404)
            sandbox.clear_stubs()
            print(mida.experiments.result(1001).total_visitors)
        """
        self._ask("DELETE", "/stubs")

    def verify(
        self,
        method: str | None = None,
        path: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        times: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> list[Body]:
        """Check that something was asked, by default at least once.

        Args:
            method: The HTTP method; None is every one.
            path: A pattern (RE2) that is searched in the path; None is every path.
            query: What must be in the query, among other things.
            body: What must be in the JSON body, among other things.
            times: How often exactly it must have been asked.
            at_least: How often at least.
            at_most: How often at most.

        Returns:
            The latest requests that match, as in `requests()`.

        Raises:
            AssertionError: It was not; the message says how often, and what was nearest.

        Example:
            mida.goals.create("Signup", "event", "signed_up")
            sandbox.verify("POST", "/goal$", body={"goal_name": "Signup"}, times=1)
        """
        counts = {"times": times, "at_least": at_least, "at_most": at_most}
        given: Body = {name: number for name, number in counts.items() if number is not None}
        given["request"] = request_match(method, path, query, body)
        found = self._ask("POST", "/verify", given, good=(200, 406))
        if not found["verified"]:
            raise AssertionError(found["message"])
        return list(found["requests"])

    def requests(self, after: int = 0) -> list[Body]:
        """Return the requests that were seen, oldest first.

        Args:
            after: Only requests with a higher `number`.

        Returns:
            The requests, without secrets.

        Example:
            mida.experiments.get(1001)
            print(sandbox.requests()[-1])
        """
        return list(self._ask("GET", "/requests", query={"after": after})["requests"])

    def flags(self, **percents: float) -> None:
        """Replace the feature flags of the first project.

        Args:
            **percents: The percent of visitors that each flag is on for.

        Raises:
            HttpError: 400, a percent is not from 0 to 100.

        Example:
            sandbox.flags(**{"new-checkout": 100})
        """
        self._ask("PUT", "/flags", {"project_key": self.project_key, "flags": percents})

    def clock(self, *, freeze: str | bool | None = None, move: float | None = None) -> str:
        """Freeze the clock, let it run, or move it.

        Args:
            freeze: True or a time (ISO 8601) to stop the clock at, False to let it run.
            move: Seconds to move it by; a negative number moves it back.

        Returns:
            The time that it shows.

        Raises:
            HttpError: 400, the time is not one, or lies too far away.

        Example:
            print(sandbox.clock(freeze="2026-05-19T12:00:00Z"), sandbox.clock(move=3600))
        """
        body: Body = {} if freeze is None else {"freeze": freeze}
        if move is not None:
            body["move"] = move
        return str(self._ask("POST", "/clock", body)["now"])
