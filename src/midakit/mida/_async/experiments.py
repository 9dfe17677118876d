"""Experiments: tests, their reports, and what they serve."""

from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from midakit.core._async.paging import AsyncPager
from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.pages import PagingOptions
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls, models
from midakit.mida._async.fan_outs import metrics_in_batches, reports_by_segment
from midakit.mida._async.resource import AsyncResource
from midakit.mida.fields import ExperimentChanges, ExperimentFields
from midakit.mida.options import (
    AnyReportOptions,
    MetricsOptions,
    ReportName,
    ReportOptions,
    TimeseriesOptions,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from midakit.core.outcome import Outcome
    from midakit.mida.options import Where

    Json = Mapping[str, Any]


class AsyncExperiments(AsyncResource):
    """Tests, their reports and what they serve: `mida.experiments`."""

    __slots__ = ()

    @expand_options
    def list(
        self, *, page_size: int = 50, **options: Unpack[PagingOptions]
    ) -> "AsyncPager[models.Experiment]":
        """List the whole account's experiments; a listed one may belong to another project.

        Args:
            page_size: Experiments per request, up to 500.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            max_items: Stop after so many items; None means all.
            start_offset: How many items to leave out before the first one.
            prefetch: How many pages beyond the next one are fetched together with it.
            overlap: How many rows neighbouring pages share, so that a listing that changes meanwhile is
                noticed and read again where it changed; exports use 1.

        Returns:
            A pager: iterate it for experiments.

        Raises:
            InvalidRequest: A number is out of its bounds.

        Example:
            async for experiment in mida.experiments.list():
                print(experiment.test_id, experiment.test_name)
        """
        return self._pager(
            calls.experiments.list, options, items="experiments", key="test_id", page_size=page_size
        )

    @expand_options
    async def create(
        self,
        test_name: str,
        variants: "Sequence[models.VariantInput | Json]",
        **fields: Unpack[ExperimentFields],
    ) -> "models.CreatedExperiment":
        """Make an experiment, a draft unless told otherwise.

        An idempotency key of its own makes an automatic repeat harmless.

        Args:
            test_name: The name in the dashboard.
            variants: The treatments, never Control; names (`Variant 1`, ...) and `data: []` are
                filled in.
            status: 9 (draft) when left out; 1 starts the experiment at once.
            test_type: `abtest` when left out; `split`, `personalization` or `mvt`.
            url: The one page that editor and previews open, without a star; also where it runs, if
                `page_urls` is left out.
            page_urls: Where the experiment runs: up to 50 addresses, or rules with `url`, `rule` and
                `allowed`.
            control: Label and code of Control, which is not among the variants.
            control_attr: The same in the form in which the server stores it; give one of the two.
            custom_js: JavaScript that runs for every visitor in the experiment, Control included.
            custom_css: CSS for every visitor in the experiment, Control included.
            primary_goal: The goal that decides, as a new goal; one with the same name and type is used again.
            primary_goal_key: Key of an existing goal that decides; give one of the two.
            secondary_goals: Further goals, as new goals.
            secondary_goal_keys: Keys of further goals that exist.
            configuration: Traffic, statistics and when the experiment ends by itself.
            targeting: Which visitors enter the experiment; a rule that is left out does not restrict.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            idempotency_key: For 24 hours the same key gets the first answer again; a key is made when left
                out.

        Raises:
            InvalidRequest: Neither `url` nor `page_urls` was given, or a field breaks its rule.
            PlanLimitReached: It should start at once, and the plan has no room for a live experiment.

        Example:
            made = await mida.experiments.create(
                "Red button", [{"nickname": "Red"}], url="https://shop.example.com/"
            )
            print(made.test_id)
        """
        return await self._client.send(
            calls.experiments.create(test_name, variants, **taken(fields))
        )

    @expand_options
    async def get(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.ExperimentDetails":
        """Read an experiment with its variants, goal, targeting and configuration.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment; a listed id may belong to another project.

        Example:
            experiment = await mida.experiments.get(1001)
            print([variant.nickname for variant in experiment.variants], experiment.configuration)
        """
        return await self._client.send(calls.experiments.get(test_id, **taken(extra)))

    @expand_options
    async def update(
        self,
        test_id: int | str,
        *,
        extra: "Json | Unset" = UNSET,
        **fields: Unpack[ExperimentChanges],
    ) -> "models.UpdatedExperiment":
        """Update parts of an experiment; what is left out stays, an array replaces the stored one.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra: Fields that the documentation does not list; they are sent as they are.
            test_name: The name in the dashboard.
            url: The one page that editor and previews open, without a star.
            variants: All treatments, without Control: the list replaces the stored one.
            control: Label and code of Control, which is not among the variants.
            control_attr: The same in the form in which the server stores it; give one of the two.
            custom_js: JavaScript that runs for every visitor in the experiment, Control included.
            custom_css: CSS for every visitor in the experiment, Control included.
            configuration: Traffic, statistics and when the experiment ends by itself.
            targeting: Which visitors enter the experiment; a rule that is left out does not restrict.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            tags: All tags: the list replaces the stored one.

        Raises:
            InvalidRequest: No field was given, or one breaks its rule.
            NotFound: The project has no such experiment.

        Example:
            await mida.experiments.update(1010, test_name="Greeting by language", tags=["home"])
        """
        return await self._client.send(
            calls.experiments.update(test_id, extra=extra, **taken(fields))
        )

    @expand_options
    async def delete(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.DeletedExperiment":
        """Delete an experiment; a live one stops at once and its results can no longer be read.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.

        Example:
            await mida.experiments.delete(1010)
        """
        return await self._client.send(calls.experiments.delete(test_id, **taken(extra)))

    @expand_options
    async def set_status(
        self, test_id: int | str, status: "models.Status | int | str", **extra: Unpack[ExtraOptions]
    ) -> "models.ExperimentStatus":
        """Start or stop an experiment, or make it a draft again.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            status: 1 starts or resumes it, 0 stops it and keeps the data, 9 makes a stopped one a draft.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.
            InvalidRequest: The status is unknown.
            PlanLimitReached: The plan has no room for another live experiment.

        Example:
            await mida.experiments.set_status(1001, "inactive")
        """
        return await self._client.send(
            calls.experiments.set_status(test_id, status, **taken(extra))
        )

    @expand_options
    async def start(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.ExperimentStatus":
        """Start or resume an experiment.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.
            PlanLimitReached: The plan has no room for another live experiment.

        Example:
            from midakit import PlanLimitReached

            try:
                await mida.experiments.start(1007)
            except PlanLimitReached as error:
                print(error.message)
        """
        return await self._client.send(calls.experiments.start(test_id, **taken(extra)))

    @expand_options
    async def stop(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.ExperimentStatus":
        """Stop an experiment; the data stays.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.

        Example:
            stopped = await mida.experiments.stop(1002)
            print(stopped.status)
        """
        return await self._client.send(calls.experiments.stop(test_id, **taken(extra)))

    @expand_options
    async def to_draft(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.ExperimentStatus":
        """Make a stopped experiment a draft again.

        Args:
            test_id: Id of the experiment; a live one has to be stopped first.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            BadRequest: The experiment is live.
            NotFound: The project has no such experiment.

        Example:
            await mida.experiments.to_draft(1007)
        """
        return await self._client.send(calls.experiments.to_draft(test_id, **taken(extra)))

    @expand_options
    async def distribution(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.Distribution":
        """Read the configured split of traffic, Control first.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.

        Example:
            split = await mida.experiments.distribution(1005)
            print({variant.name: variant.traffic_weight for variant in split.variants})
        """
        return await self._client.send(calls.experiments.distribution(test_id, **taken(extra)))

    @expand_options
    async def result(self, test_id: int | str, **options: Unpack[ReportOptions]) -> "models.Result":
        """Ask for visitors and conversions per variant, for one goal.

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
            breakdown_by: Adds rows for each value of this dimension.
            event_where: Counts only events with these attributes: an expression of `E`, text such as
                `event.revenue > 100`, or the API's nested list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Returns:
            The result; `variants` has a row per variant, Control first.

        Raises:
            InvalidRequest: An option does not exist, or its value breaks its rule.
            NotFound: The project has no such experiment; a listed id may belong to another project.

        Example:
            where = (F.device == "desktop") & F.country.in_("US", "CA")
            result = await mida.experiments.result(1001, where=where, start_date="2026-04-01")
            for variant in result.variants:
                print(variant.name, variant.visitors, variant.conversions)
        """
        return await self._client.send(calls.experiments.result(test_id, **taken(options)))

    @expand_options
    async def timeseries(
        self, test_id: int | str, **options: Unpack[TimeseriesOptions]
    ) -> "models.Timeseries":
        """Ask for visitors and conversions day by day, for one goal.

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
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Returns:
            The timeseries, with a row per day and variant.

        Raises:
            InvalidRequest: An option does not exist, or its value breaks its rule.
            NotFound: The project has no such experiment; a listed id may belong to another project.

        Example:
            days = await mida.experiments.timeseries(1001, start_date="2026-05-01", min_count=2)
            print([(row.created_at, row.variant_id, row.visitors) for row in days.timeseries])
        """
        return await self._client.send(calls.experiments.timeseries(test_id, **taken(options)))

    @overload
    async def metrics(
        self, test_id: int | str, *, batch_size: None = None, **options: Unpack[MetricsOptions]
    ) -> "models.Metrics": ...

    @overload
    async def metrics(
        self,
        test_id: int | str,
        *,
        batch_size: int,
        limit: int | None = None,
        **options: Unpack[MetricsOptions],
    ) -> "models.BatchedMetrics": ...

    @expand_options
    async def metrics(
        self,
        test_id: int | str,
        *,
        batch_size: int | None = None,
        limit: int | None = None,
        **options: Unpack[MetricsOptions],
    ) -> "models.Metrics":
        """Ask for secondary metrics per variant.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            batch_size: Computes the metrics in groups of so many, side by side, and merges the answers.
            limit: With `batch_size`, the most groups at once; as many as the client allows when left out.
            metric_keys: Computes only the metrics with these keys: text with commas, or a list.
            goal_keys: Computes only the metrics of goals with these keys, instead of `metric_keys`.
            start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or
                `-7d`.
            end_date: The last day, inclusive.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or
                the API's nested list.
            metric_batch: Computes only the metrics at these positions in the experiment's list, counted from
                0.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Returns:
            The metrics; with `batch_size`, `.failed` says which groups did not come.

        Raises:
            InvalidRequest: An option does not exist, or its value breaks its rule.
            NotFound: The project has no such experiment; a listed id may belong to another project.

        Example:
            metrics = await mida.experiments.metrics(1001, goal_keys=["purchase", "cta_click"])
            print(metrics.to_polars())
        """
        if batch_size is not None:
            return await metrics_in_batches(
                self._client, test_id, batch_size, limit, taken(options)
            )
        return await self._client.send(calls.experiments.metrics(test_id, **taken(options)))

    @overload
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["result"] = "result",
        *,
        limit: int | None = None,
        **options: Unpack[ReportOptions],
    ) -> "dict[str, Outcome[models.Result]]": ...

    @overload
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["metrics"],
        *,
        limit: int | None = None,
        **options: Unpack[MetricsOptions],
    ) -> "dict[str, Outcome[models.Metrics]]": ...

    @overload
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["timeseries"],
        *,
        limit: int | None = None,
        **options: Unpack[TimeseriesOptions],
    ) -> "dict[str, Outcome[models.Timeseries]]": ...

    @expand_options
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: ReportName = "result",
        *,
        limit: int | None = None,
        **options: Unpack[AnyReportOptions],
    ) -> "dict[str, Outcome[Any]]":
        """Ask for one report for many segments at once.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            segments: Expressions of `F` or the API's nested lists, by name; None is everyone.
            report: Which report: `result`, `metrics` or `timeseries`; it takes the options of that report.
            limit: The most calls in flight; as many as the client allows when left out.
            start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or
                `-7d`.
            end_date: The last day, inclusive.
            goal_key: Key of the goal to count; when left out, the experiment's primary goal.
            goal_profile_id: Id of the goal to count, instead of `goal_key`.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or
                the API's nested list.
            breakdown_by: Adds rows for each value of this dimension.
            event_where: Counts only events with these attributes: an expression of `E`, text such as
                `event.revenue > 100`, or the API's nested list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.
            metric_keys: Computes only the metrics with these keys: text with commas, or a list.
            goal_keys: Computes only the metrics of goals with these keys, instead of `metric_keys`.
            metric_batch: Computes only the metrics at these positions in the experiment's list, counted from
                0.

        Returns:
            An `Outcome` for each name: its answer, or the error that came instead.

        Raises:
            ConfigurationError: The client may not send several calls at once.
            InvalidRequest: An option or a segment breaks its rule, or does not belong here; `where` is
                refused, because each segment is a filter of its own.

        Example:
            filters = {"everyone": None, "mobile": F.device == "mobile", "us": F.country == "US"}
            found = await mida.experiments.segments(1001, filters)
            print(found["mobile"].unwrap().variants)
        """
        return await reports_by_segment(
            self._client, test_id, segments, report, limit, taken(options)
        )

    @expand_options
    async def share_link(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.ShareLink":
        """Ask for the public link to the results, and whether it is switched on.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.

        Example:
            link = await mida.experiments.share_link(1001)
            print(link.share_link if link.is_public else "switched off")
        """
        return await self._client.send(calls.experiments.share_link(test_id, **taken(extra)))

    @expand_options
    async def preview_urls(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.PreviewUrls":
        """Ask for a preview link per variant, Control first.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.
            BadRequest: The experiment has no page to preview.

        Example:
            previews = await mida.experiments.preview_urls(1001)
            print({variant.name: variant.preview_url for variant in previews.variants})
        """
        return await self._client.send(calls.experiments.preview_urls(test_id, **taken(extra)))

    @expand_options
    async def serve_winner(
        self,
        test_id: int | str,
        variant_id: int | str,
        *,
        traffic_allocation: float | Unset = UNSET,
        **extra: Unpack[ExtraOptions],
    ) -> "models.ServingStarted":
        """Serve one variant to visitors.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            variant_id: Id of the variant as in the rows of a result; "0" is Control.
            traffic_allocation: Percent of the visitors. When left out it stays what the experiment
                had: a test on half of the visitors serves to half of them.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment, or the experiment no such variant.
            InvalidRequest: The percent is not from 0 to 100.
            Conflict: A variant is served already.

        Example:
            await mida.experiments.serve_winner(1007, "1", traffic_allocation=20)
        """
        return await self._client.send(
            calls.experiments.serve_winner(
                test_id, variant_id, traffic_allocation=traffic_allocation, **taken(extra)
            )
        )

    @expand_options
    async def update_rollout(
        self, test_id: int | str, traffic_allocation: float, **extra: Unpack[ExtraOptions]
    ) -> "models.RolloutUpdated":
        """Set the rollout while a winner is served.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            traffic_allocation: Percent of the visitors that get the winner.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.
            InvalidRequest: The percent is not from 0 to 100.
            Conflict: No variant is served.

        Example:
            await mida.experiments.update_rollout(1006, 50)
        """
        return await self._client.send(
            calls.experiments.update_rollout(test_id, traffic_allocation, **taken(extra))
        )

    @expand_options
    async def stop_serving(
        self, test_id: int | str, **extra: Unpack[ExtraOptions]
    ) -> "models.ServingStopped":
        """Stop serving the winner.

        Args:
            test_id: The experiment's `test_id`, as `experiments.list` gives it.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            NotFound: The project has no such experiment.
            Conflict: No variant is served.

        Example:
            await mida.experiments.stop_serving(1006)
        """
        return await self._client.send(calls.experiments.stop_serving(test_id, **taken(extra)))
