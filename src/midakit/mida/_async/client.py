"""The Mida client: settings in, resources out."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Unpack

from midakit.core import settings
from midakit.core._async.client import AsyncClient
from midakit.core.concurrency import aio as concurrency
from midakit.core.concurrency import aio_bulk as bulk
from midakit.core.options import expand_options
from midakit.core.retry import Retry
from midakit.core.secret import Secret
from midakit.core.service import Service
from midakit.core.settings import OnUnknown
from midakit.errors import ConfigurationError
from midakit.mida import regions
from midakit.mida.auth import Auth
from midakit.mida.options import (
    ExportOptions,
    MidaViewOptions,
    PageOptions,
    Processes,
    VerdictOptions,
)
from midakit.mida.service import MidaService

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from os import PathLike
    from typing import Self

    import pyarrow

    from midakit.core.call import Call
    from midakit.core.wire.messages import AsyncTransport, Origin
    from midakit.export.run.report import ExportReport
    from midakit.mida._async import client as aio_client  # unasync: keep
    from midakit.mida._async.account import AsyncAccount
    from midakit.mida._async.comments import AsyncComments
    from midakit.mida._async.events import AsyncEvents
    from midakit.mida._async.exclusion_groups import AsyncExclusionGroups
    from midakit.mida._async.experiments import AsyncExperiments
    from midakit.mida._async.goals import AsyncGoals
    from midakit.mida._async.personalization import AsyncPersonalization
    from midakit.mida._async.projects import AsyncProjects
    from midakit.report.report import Report
    from midakit.stats import Verdict


class FoundRegion:
    """Origin and path prefix of the API, once they are known; shared by the views of one client.

    Args:
        base: Origin and prefix, or None while `region="auto"` has not been asked for.
    """

    __slots__ = ("base", "lock")

    def __init__(self, base: "tuple[Origin, str] | None") -> None:
        self.base = base
        self.lock = concurrency.Lock()


class AsyncMida(AsyncClient):
    """A client of the Mida V2 API: experiments and their reports, goals, events, projects and more.

    A setting that is left out comes from its environment variable, then from the profile file, then
    from its default.

    Args:
        api_key: The secret key of the account; when left out, `MIDA_API_KEY`.
        project_key: The project that calls go to; when left out, `MIDA_PROJECT_KEY`. `project(key)` chooses
            another.
        region: Where the account's data is stored: `us`, `eu`, or `auto`, which asks both regions once;
            when left out, `MIDA_REGION`, else `us`.
        base_url: Address of the API instead of a region's, with or without `/v2`; when left out,
            `MIDA_BASE_URL`. It must be https, except on this machine.
        auth: How the key is sent: as a bearer token, or in the header `x-api-key` or `api-key`.
        timeout: Seconds for one attempt: connecting, sending and reading the answer (default 30).
        deadline: Seconds for a whole call with its attempts and the waits between them; no limit when left
            out.
        retry: A `Retry`, or the number of attempts (default 3).
        max_concurrency: How many calls may be in flight at once; the client allows fewer after rate limits
            and timeouts.
        transport: `own` (our HTTP/1.1), `httpx`, or an object with `send`. When left out, `own`; on trio,
            behind a proxy and with mocks it is `httpx`.
        http_client: Your own `httpx` or `httpx2` client, which sends the requests; midakit never closes it.
        max_body: The longest answer in bytes, decompressed; a longer one raises `BodyTooLarge`. When left
            out, `MIDA_MAX_BODY`, else 64 MiB.
        profile: Name of the profile in the profile file; when left out, `MIDA_PROFILE`, else the current
            profile.
        on_unknown: `keep` accepts fields and values that the contract does not name; `error` raises a
            `DecodeError` for them, and refuses rules of nested lists in `where` that it does not name, for
            use in CI.

    Raises:
        ConfigurationError: There is no key, or a setting cannot work; the message names it.

    Example:
        async with AsyncMida(timeout=10, retry=5) as mida:  # key and project from the environment
            async for experiment in mida.experiments.list():
                print(experiment.test_id, experiment.test_name)
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        project_key: str | None = None,
        region: regions.Region | str | None = None,
        base_url: str | None = None,
        auth: Auth = "bearer",
        timeout: float | None = None,
        deadline: float | None = None,
        retry: Retry | int | None = None,
        max_concurrency: int = 64,
        transport: "AsyncTransport | str | None" = None,
        http_client: Any = None,
        max_body: int | None = None,
        profile: str | None = None,
        on_unknown: OnUnknown = "keep",
    ) -> None:
        given, api_key = settings.hidden(api_key), None  # tracebacks show local variables
        name = settings.profile_name(profile).value
        stored = settings.read_profile(name)
        stored = {**stored, "api_key": settings.hidden(stored.get("api_key"))}
        found = settings.from_keyring(settings.of_profile("api_key", given, stored), name)
        found = found._replace(value=settings.hidden(found.value))
        if found.value is None:
            raise ConfigurationError(
                "api_key: not set; pass api_key=, set MIDA_API_KEY, or run `midakit login`",
                setting="api_key",
            )
        self._key: Secret = found.value
        self._auth = auth
        self._project_key: str | None = settings.of_profile(
            "project_key", project_key, stored
        ).value
        where = settings.of_profile("region", region, stored, regions.Region.US)
        address = settings.of_profile("base_url", base_url, stored)
        longest = settings.of_profile("max_body", max_body, stored)
        self._found = FoundRegion(regions.base(where, address))
        super().__init__(
            self._build_service(),
            timeout=30.0 if timeout is None else timeout,
            deadline=deadline,
            retry=retry,
            max_concurrency=max_concurrency,
            transport=transport,
            http_client=http_client,
            max_body=settings.whole_bytes(longest),
            on_unknown=on_unknown,
        )

    def _build_service(self) -> MidaService | None:
        base = self._found.base
        if base is None:
            return None
        origin, prefix = base
        return MidaService(origin, prefix, self._key, self._auth, self._project_key)

    async def _locate(self) -> Service:
        if self._service is None:
            async with self._found.lock:
                if self._found.base is None:
                    from midakit.mida._async.region import locate

                    self._found.base = await locate(self)
            self._service = self._build_service()
        assert self._service is not None
        return self._service

    def _options(self) -> dict[str, Any]:
        """Return what this client was made with, for a client like it."""
        base = self._found.base
        address = {"region": "auto"} if base is None else {"base_url": f"{base[0]}{base[1]}"}
        return {
            "api_key": self._key,
            "project_key": self._project_key,
            "auth": self._auth,
            "timeout": self._timeout,
            "deadline": self._deadline,
            "retry": self._retry,
            "max_concurrency": self._engine.ceiling,
            "max_body": self._max_body,
            "transport": self._engine.transport_choice,
            "on_unknown": self._on_unknown,
            **address,
        }

    def _in_region(self, region: regions.Region) -> "AsyncMida":
        """Return a client of its own for one region, to ask whether the key is known there."""
        options = {**self._options(), "base_url": regions.BASE_URLS[region]}
        if hasattr(options["transport"], "send"):
            from midakit.core._async.engine import AsyncBorrowed

            options["transport"] = AsyncBorrowed(options["transport"])
        options.pop("region", None)
        return type(self)(**options, http_client=self._engine.http_client)

    def asynchronous(self) -> "aio_client.AsyncMida":
        """Return an asynchronous client with the same settings and connections of its own.

        Raises:
            ConfigurationError: The client was given an `http_client` or a transport of its own
                kind, which the other cannot use.

        Example:
            other = mida.asynchronous()
            print(type(other).__name__, other.project_key)
        """
        from midakit.mida._async import client as aio_client  # unasync: keep

        return aio_client.AsyncMida(**self._options())  # unasync: keep

    @expand_options
    async def export(
        self, place: "str | PathLike[str]", **options: Unpack[ExportOptions]
    ) -> "ExportReport":
        """Export many reports into a folder or an object store.

        An export that is interrupted is completed with `resume=True`.

        Args:
            place: A folder, or an address such as `s3://bucket/prefix`, `gs://...` or `az://...`.
            kinds: Which tables to export; when left out, experiments, results and timeseries.
            segments: Asks for every report once more for each of these segments, by name.
            goals: Goals to report on, by key or id; when left out, each experiment's primary goal.
            breakdowns: Asks for every result once more for each of these dimensions.
            start_date: The first day of every report, inclusive; when left out, each experiment's start.
            end_date: The last day of every report, inclusive; when left out, today (UTC).
            filter_by: Preset filters for every report: text with commas, or a list.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            test_ids: Only these experiments; when left out, all of the project.
            format: The format of the files; `parquet` for a new export, else that of the place. In `csv`,
                text that a spreadsheet would run as a formula gets an apostrophe; `csv-verbatim` leaves it as
                it is. `duckdb` is one database file, `delta` and `iceberg` are tables that engines read and
                write (extras of these names).
            projects: Project keys, or project key -> client; when left out, the client's own project.
            resume: Continues an interrupted export in this place, with the options it was started with.
            retry_failed: Repeats the requests that failed in the earlier export into this place.
            since_last: Requests only what may have changed since the last export into this place.
            lookback: With `since_last`: how many of the days already exported are read again, since late
                events change them; when left out, 7.
            partition_by: Writes rows into one folder `column=value` for each value of this column.
            keep_raw: Also keeps the answers exactly as the server sent them, in a table `raw`.
            concurrency: How many calls run at once; when left out, the client's `max_concurrency`.
            rps: The most calls to send per second.
            processes: How many processes fetch and decode, which exports of many thousand calls gain from;
                `auto` chooses by calls and processors. The command line's default is `auto`.
            limits: How large a file may get before the next one starts: rows, bytes, calls, seconds.
            outage: For how many seconds every call may fail before the export stops.
            on_progress: A function, or several, called with each progress event.

        Returns:
            What was written and what failed.

        Raises:
            ConfigurationError: Options contradict each other or the place.
            InvalidRequest: An option does not exist or breaks its rule.

        Example:
            report = await mida.export("out", kinds=["results"], segments={"mobile": F.device == "mobile"})
        """
        from midakit.export.api import export

        return await bulk.run_tool(export, self, place, **options)

    async def gather_arrow(
        self,
        calls: "Iterable[Call[Any]]",
        *,
        processes: Processes = 1,
        concurrency: int | None = None,
        rps: float | None = None,
    ) -> "dict[str, pyarrow.Table]":
        """Send many reports and return their rows as Arrow tables, with the columns of an export.

        It takes a fraction of the time of `gather`, which makes an object of each row, and can use several
        processes.

        Args:
            calls: Reports of experiments: results, metrics or timeseries; one given twice is sent once.
            processes: How many processes fetch and decode; `auto` chooses by calls and processors.
            concurrency: How many calls run at once; when left out, the client's `max_concurrency`.
            rps: The most calls to send per second.

        Returns:
            `results`, `metrics` and `timeseries`, as far as there are such calls; rows in the order of the
            calls. A report that the server does not have (404) gives none.

        Raises:
            InvalidRequest: A call is no report.
            ConfigurationError: The client is tied to one process, or has no project.
            MidakitError: The first call that failed for good.

        Example:
            wanted = [calls.experiments.result(test_id) for test_id in (1001, 1002)]
            tables = await mida.gather_arrow(wanted)
            print(tables["results"].num_rows)
        """
        from midakit.export.gather import gather_arrow

        return await bulk.run_tool(
            gather_arrow, self, calls, processes=processes, concurrency=concurrency, rps=rps
        )

    @expand_options
    async def report(
        self,
        tests: "int | str | Sequence[int | str] | None" = None,
        **options: Unpack[PageOptions],
    ) -> "Report":
        """Make one page about one experiment, several, or every live one of the project.

        Args:
            tests: Ids of experiments; every live one of the project when left out.
            start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or
                `-7d`.
            end_date: The last day, inclusive.
            goal_key: Key of the goal to count; when left out, the experiment's primary goal.
            goal_profile_id: Id of the goal to count, instead of `goal_key`.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or
                the API's nested list.
            event_where: Counts only events with these attributes: an expression of `E`, text such as
                `event.revenue > 100`, or the API's nested list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            metric: Decides by the conversion rate (`conversion`), revenue per visitor (`rpv`) or order value
                (`aov`); when left out, by the conversion rate.
            horizon: The planned end, as visitors of all arms or as the last day: verdicts are then safe at
                every look.
            spending: How a planned end spends the error rate: nearly all at the end (`obrien-fleming`, when
                left out), or evenly (`pocock`).
            min_effect: Relative lifts smaller than this count as no difference; when left out, 0.05 for 5 %.
            guardrails: Metrics that must not get worse, such as `rpv`, or with the loss that is tolerated, as
                `rpv=0.02`.
            engine: Which rule decides; when left out, the project's.
            threshold: The chance to beat Control that is needed, or 1 minus the p-value, such as 0.95; when
                left out, the project's.
            alternative: Tails of the frequentist test; when left out, the project's.
            correction: How evidence is corrected; when left out, `holm` over variants, and `bh` over segments
                and variants.
            tuning: Visitors in two arms at which always-valid figures are tightest; when left out, four weeks
                of the traffic.
            level: Level of the intervals; when left out, 0.95.
            prior: Beta prior of every rate, by name or as its two parameters; when left out, `jeffreys`.
            min_visitors: An arm with fewer visitors makes no winner and no loser; when left out, 100.
            min_conversions: An arm with fewer conversions makes no winner and no loser; when left out, 25.
            assumed_spend_cv: The coefficient of variation of spending that is assumed without sums of
                squares; when left out, 1.
            srm_alpha: The p-value below which the traffic split is off at one look; when left out, 0.001.
            path: Also saves the page as this HTML file.
            segments: Adds the result of each of these segments, by name.
            breakdown_by: Adds the result for each value of this dimension.
            comments: Adds the discussion of each experiment.
            title: The title of the page; when left out, it names the experiments.

        Returns:
            The page with its figures and verdicts; it shows itself in a notebook.

        Raises:
            InvalidRequest: An option does not exist or breaks its rule, or there is no experiment.

        Example:
            page = await mida.report([1001, 1002], path="weekly.html", start_date="2026-01-01")
        """
        from midakit.report.api import report

        return await bulk.run_tool(report, self, tests, **options)

    @expand_options
    async def verdict(self, test_id: int | str, **options: Unpack[VerdictOptions]) -> "Verdict":
        """Return what the data of one experiment allow to decide, and why.

        Loads result, timeseries and configuration side by side, and judges them as `stats.analyze` does.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or
                `-7d`.
            end_date: The last day, inclusive.
            goal_key: Key of the goal to count; when left out, the experiment's primary goal.
            goal_profile_id: Id of the goal to count, instead of `goal_key`.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or
                the API's nested list.
            event_where: Counts only events with these attributes: an expression of `E`, text such as
                `event.revenue > 100`, or the API's nested list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            metric: Decides by the conversion rate (`conversion`), revenue per visitor (`rpv`) or order value
                (`aov`); when left out, by the conversion rate.
            horizon: The planned end, as visitors of all arms or as the last day: verdicts are then safe at
                every look.
            spending: How a planned end spends the error rate: nearly all at the end (`obrien-fleming`, when
                left out), or evenly (`pocock`).
            min_effect: Relative lifts smaller than this count as no difference; when left out, 0.05 for 5 %.
            guardrails: Metrics that must not get worse, such as `rpv`, or with the loss that is tolerated, as
                `rpv=0.02`.
            engine: Which rule decides; when left out, the project's.
            threshold: The chance to beat Control that is needed, or 1 minus the p-value, such as 0.95; when
                left out, the project's.
            alternative: Tails of the frequentist test; when left out, the project's.
            correction: How evidence is corrected; when left out, `holm` over variants, and `bh` over segments
                and variants.
            tuning: Visitors in two arms at which always-valid figures are tightest; when left out, four weeks
                of the traffic.
            level: Level of the intervals; when left out, 0.95.
            prior: Beta prior of every rate, by name or as its two parameters; when left out, `jeffreys`.
            min_visitors: An arm with fewer visitors makes no winner and no loser; when left out, 100.
            min_conversions: An arm with fewer conversions makes no winner and no loser; when left out, 25.
            assumed_spend_cv: The coefficient of variation of spending that is assumed without sums of
                squares; when left out, 1.
            srm_alpha: The p-value below which the traffic split is off at one look; when left out, 0.001.
            segments: Also judges each of these segments, by name, with evidence that is corrected over all of
                them.

        Returns:
            The verdict, which prints itself in three lines. `.analysis` has every figure, `.segments` the
            verdicts on segments, `.missing` says what could not be loaded.

        Raises:
            InvalidRequest: An option does not exist or breaks its rule.
            MidakitError: The result did not come.

        Example:
            verdict = await mida.verdict(1001, horizon="2026-03-31", guardrails=["rpv"])
            if verdict.kind == "winner" and verdict.peek_safe and not verdict.but:
                await mida.experiments.serve_winner(1001, verdict.variant_id)
        """
        from midakit.mida import calls, verdicts

        request = verdicts.verdict_request(options)
        parts = {
            verdicts.CONFIGURATION: calls.projects.configuration(),
            **request.calls(test_id),
        }
        outcomes = await self.gather(parts.values(), on_error="collect")
        found = dict(zip(parts, outcomes, strict=True))
        return await concurrency.run_blocking(verdicts.verdict, request, found)

    # pyright takes the whole of the other TypedDict for the type of `project_key`
    @expand_options
    def with_options(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, **options: Unpack[MidaViewOptions]
    ) -> "Self":
        """Return a cheap view with other options; it shares pool, limiter and retry quota.

        Args:
            timeout: Seconds for one attempt: connecting, sending and reading the answer.
            deadline: Seconds for a whole call with its repeats and pauses; None means no deadline.
            retry: A `Retry`, or the number of attempts; None means the default of 3.
            max_body: The longest answer in bytes, unpacked; None means the default of 64 MiB.
            on_unknown: `keep` accepts fields and values that the contract does not name, `error` refuses
                them.
            project_key: The project that the calls of the view go to.

        Raises:
            ConfigurationError: An option has no such value, or cannot differ on a view.

        Example:
            patient = mida.with_options(timeout=60, deadline=300)
            metrics = await patient.experiments.metrics(1001)
        """
        view = self._view(options, MidaViewOptions)
        if "project_key" in options:
            view._project_key = options["project_key"]
            view._service = view._build_service()
        return view

    def project(self, project_key: str) -> "Self":
        """Return the same client on another project of the account.

        Args:
            project_key: Which project the calls go to; `projects.list` shows the keys.

        Example:
            shop = mida.project("SANDBOXxPROJECTxKEY002")
            print(await shop.goals.list().collect())
        """
        return self.with_options(project_key=project_key)

    @property
    def project_key(self) -> str | None:
        """The project that calls go to."""
        return self._project_key

    @cached_property
    def projects(self) -> "AsyncProjects":
        """Sites under the account, and their defaults."""
        from midakit.mida._async.projects import AsyncProjects

        return AsyncProjects(self)

    @cached_property
    def experiments(self) -> "AsyncExperiments":
        """Tests, their reports and what they serve."""
        from midakit.mida._async.experiments import AsyncExperiments

        return AsyncExperiments(self)

    @cached_property
    def comments(self) -> "AsyncComments":
        """The discussion on a report."""
        from midakit.mida._async.comments import AsyncComments

        return AsyncComments(self)

    @cached_property
    def account(self) -> "AsyncAccount":
        """Team members and the key's own access."""
        from midakit.mida._async.account import AsyncAccount

        return AsyncAccount(self)

    @cached_property
    def personalization(self) -> "AsyncPersonalization":
        """Account and persona campaigns."""
        from midakit.mida._async.personalization import AsyncPersonalization

        return AsyncPersonalization(self)

    @cached_property
    def exclusion_groups(self) -> "AsyncExclusionGroups":
        """Sets of experiments of which a visitor enters one."""
        from midakit.mida._async.exclusion_groups import AsyncExclusionGroups

        return AsyncExclusionGroups(self)

    @cached_property
    def events(self) -> "AsyncEvents":
        """Custom visitor events."""
        from midakit.mida._async.events import AsyncEvents

        return AsyncEvents(self)

    @cached_property
    def goals(self) -> "AsyncGoals":
        """Conversion definitions."""
        from midakit.mida._async.goals import AsyncGoals

        return AsyncGoals(self)
