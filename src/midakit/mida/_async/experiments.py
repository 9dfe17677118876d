"""Experiments: tests, their reports, and what they serve."""

from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

from midakit.core._async.paging import AsyncPager
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.fan_outs import metrics_in_batches, reports_by_segment
from midakit.mida._async.resource import AsyncResource
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
    from midakit.mida.models import (
        BatchedMetrics,
        ControlInput,
        CreatedExperiment,
        DeletedExperiment,
        Distribution,
        Experiment,
        ExperimentConfiguration,
        ExperimentDetails,
        ExperimentStatus,
        GoalInput,
        Metrics,
        PageUrlRule,
        PreviewUrls,
        Result,
        RolloutUpdated,
        ServingStarted,
        ServingStopped,
        ShareLink,
        Status,
        TargetingRules,
        Timeseries,
        UpdatedExperiment,
        VariantInput,
    )
    from midakit.mida.options import Where

    Json = Mapping[str, Any]


class AsyncExperiments(AsyncResource):
    """`mida.experiments`."""

    __slots__ = ()

    def list(
        self,
        *,
        page_size: int = 50,
        max_items: int | None = None,
        start_offset: int = 0,
        prefetch: int = 0,
        overlap: int = 0,
    ) -> "AsyncPager[Experiment]":
        """The whole account's experiments; a listed one may belong to another project."""
        return self._pager(
            lambda limit, offset: calls.experiments.list(limit=limit, offset=offset),
            items="experiments",
            key="test_id",
            page_size=page_size,
            max_items=max_items,
            start_offset=start_offset,
            prefetch=prefetch,
            overlap=overlap,
        )

    async def create(
        self,
        test_name: str,
        variants: "Sequence[VariantInput | Json]",
        *,
        url: str | Unset = UNSET,
        page_urls: "Sequence[str | PageUrlRule | Json] | Unset" = UNSET,
        status: "Status | int | str | Unset" = UNSET,
        test_type: str | Unset = UNSET,
        control: "ControlInput | Json | Unset" = UNSET,
        control_attr: "Json | str | Unset" = UNSET,
        custom_js: str | Unset = UNSET,
        custom_css: str | Unset = UNSET,
        primary_goal: "GoalInput | Json | Unset" = UNSET,
        primary_goal_key: str | Unset = UNSET,
        secondary_goals: "Sequence[GoalInput | Json] | Unset" = UNSET,
        secondary_goal_keys: "Sequence[str] | Unset" = UNSET,
        configuration: "ExperimentConfiguration | Json | Unset" = UNSET,
        targeting: "TargetingRules | Json | Unset" = UNSET,
        idempotency_key: str | Unset = UNSET,
    ) -> "CreatedExperiment":
        """Make an experiment, a draft unless told otherwise.

        Variants are the treatments, never Control; names (`Variant 1`, ...) and `data: []` are
        filled in. An idempotency key of its own makes an automatic repeat harmless.
        """
        return await self._client.send(
            calls.experiments.create(
                test_name,
                variants,
                url=url,
                page_urls=page_urls,
                status=status,
                test_type=test_type,
                control=control,
                control_attr=control_attr,
                custom_js=custom_js,
                custom_css=custom_css,
                primary_goal=primary_goal,
                primary_goal_key=primary_goal_key,
                secondary_goals=secondary_goals,
                secondary_goal_keys=secondary_goal_keys,
                configuration=configuration,
                targeting=targeting,
                idempotency_key=idempotency_key,
            )
        )

    async def get(self, test_id: int | str) -> "ExperimentDetails":
        """One experiment with variants, goal, targeting and configuration."""
        return await self._client.send(calls.experiments.get(test_id))

    async def update(
        self,
        test_id: int | str,
        *,
        test_name: str | Unset = UNSET,
        url: str | Unset = UNSET,
        variants: "Sequence[VariantInput | Json] | Unset" = UNSET,
        control: "ControlInput | Json | Unset" = UNSET,
        control_attr: "Json | str | Unset" = UNSET,
        custom_js: str | Unset = UNSET,
        custom_css: str | Unset = UNSET,
        configuration: "ExperimentConfiguration | Json | Unset" = UNSET,
        targeting: "TargetingRules | Json | Unset" = UNSET,
        tags: "Sequence[str] | Unset" = UNSET,
        extra: "Json | Unset" = UNSET,
    ) -> "UpdatedExperiment":
        """Change parts; what is left out stays, an array replaces the stored one.

        `extra` goes along as it is, for fields that the documentation does not list.
        """
        return await self._client.send(
            calls.experiments.update(
                test_id,
                test_name=test_name,
                url=url,
                variants=variants,
                control=control,
                control_attr=control_attr,
                custom_js=custom_js,
                custom_css=custom_css,
                configuration=configuration,
                targeting=targeting,
                tags=tags,
                extra=extra,
            )
        )

    async def delete(self, test_id: int | str) -> "DeletedExperiment":
        """Delete an experiment; a live one stops at once and its results can no longer be read."""
        return await self._client.send(calls.experiments.delete(test_id))

    async def set_status(
        self, test_id: int | str, status: "Status | int | str"
    ) -> "ExperimentStatus":
        """1 starts or resumes, 0 stops and keeps the data, 9 (draft) is reached only from 0."""
        return await self._client.send(calls.experiments.set_status(test_id, status))

    async def start(self, test_id: int | str) -> "ExperimentStatus":
        """Start it, or resume it."""
        return await self._client.send(calls.experiments.start(test_id))

    async def stop(self, test_id: int | str) -> "ExperimentStatus":
        """Stop it; the data stays."""
        return await self._client.send(calls.experiments.stop(test_id))

    async def to_draft(self, test_id: int | str) -> "ExperimentStatus":
        """Back to draft; stop a live one first."""
        return await self._client.send(calls.experiments.to_draft(test_id))

    async def distribution(self, test_id: int | str) -> "Distribution":
        """The configured traffic split, Control first."""
        return await self._client.send(calls.experiments.distribution(test_id))

    @expand_options
    async def result(self, test_id: int | str, **options: Unpack[ReportOptions]) -> "Result":
        """Ask for visitors and conversions per variant, for one goal.

        Args:
            start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
            end_date: The last day, inclusive.
            goal_key: Key of the goal to count; when left out, the experiment's primary goal.
            goal_profile_id: Id of the goal to count, instead of `goal_key`.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, or the API's nested list.
            breakdown_by: Adds rows for each value of this dimension.
            event_where: Counts only events with these attributes: an expression of `E`, or the API's nested
                list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Hours from UTC at which days begin, such as 2 or -5.5; when left out, days are UTC days.
            report_phase: Counts before a winner was served (`pre_deploy`), after it (`post_deploy`), or
                `all_time`.
        """
        return await self._client.send(calls.experiments.result(test_id, **options))

    @expand_options
    async def timeseries(
        self, test_id: int | str, **options: Unpack[TimeseriesOptions]
    ) -> "Timeseries":
        """Ask for rows per day and variant, for one goal.

        Args:
            start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
            end_date: The last day, inclusive.
            goal_key: Key of the goal to count; when left out, the experiment's primary goal.
            goal_profile_id: Id of the goal to count, instead of `goal_key`.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, or the API's nested list.
            event_where: Counts only events with these attributes: an expression of `E`, or the API's nested
                list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Hours from UTC at which days begin, such as 2 or -5.5; when left out, days are UTC days.
            report_phase: Counts before a winner was served (`pre_deploy`), after it (`post_deploy`), or
                `all_time`.
        """
        return await self._client.send(calls.experiments.timeseries(test_id, **options))

    @overload
    async def metrics(
        self, test_id: int | str, *, batch_size: None = None, **options: Unpack[MetricsOptions]
    ) -> "Metrics": ...

    @overload
    async def metrics(
        self,
        test_id: int | str,
        *,
        batch_size: int,
        limit: int | None = None,
        **options: Unpack[MetricsOptions],
    ) -> "BatchedMetrics": ...

    @expand_options
    async def metrics(
        self,
        test_id: int | str,
        *,
        batch_size: int | None = None,
        limit: int | None = None,
        **options: Unpack[MetricsOptions],
    ) -> "Metrics":
        """Ask for secondary metrics per variant.

        With `batch_size` the definitions are split into groups that are computed side by side, at
        most `limit` at once, and merged; `.failed` then says which groups did not come.

        Args:
            metric_keys: Computes only the metrics with these keys: text with commas, or a list.
            goal_keys: Computes only the metrics of goals with these keys, instead of `metric_keys`.
            start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
            end_date: The last day, inclusive.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, or the API's nested list.
            metric_batch: Computes only the metrics at these places of the experiment's list; the first is 0.
            tz: Hours from UTC at which days begin, such as 2 or -5.5; when left out, days are UTC days.
            report_phase: Counts before a winner was served (`pre_deploy`), after it (`post_deploy`), or
                `all_time`.
        """
        if batch_size is not None:
            return await metrics_in_batches(self._client, test_id, batch_size, limit, options)
        return await self._client.send(calls.experiments.metrics(test_id, **options))

    @overload
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["result"] = "result",
        *,
        limit: int | None = None,
        **options: Unpack[ReportOptions],
    ) -> "dict[str, Outcome[Result]]": ...

    @overload
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["metrics"],
        *,
        limit: int | None = None,
        **options: Unpack[MetricsOptions],
    ) -> "dict[str, Outcome[Metrics]]": ...

    @overload
    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["timeseries"],
        *,
        limit: int | None = None,
        **options: Unpack[TimeseriesOptions],
    ) -> "dict[str, Outcome[Timeseries]]": ...

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
        """Ask for one report for many segments at once, by name; a failed one is an Outcome with its error.

        await mida.experiments.segments(
            1234, {"everyone": None, "mobile": F.device == "mobile", "us": F.country == "US"})

        Args:
            start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
            end_date: The last day, inclusive.
            goal_key: Key of the goal to count; when left out, the experiment's primary goal.
            goal_profile_id: Id of the goal to count, instead of `goal_key`.
            filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
            where: Only visitors of this segment: an expression of `F`, or the API's nested list.
            breakdown_by: Adds rows for each value of this dimension.
            event_where: Counts only events with these attributes: an expression of `E`, or the API's nested
                list.
            min_count: How many events a visitor needs to count as converted; 1 or more.
            timeframe_days: Counts only events within so many days after the visitor entered the experiment.
            tz: Hours from UTC at which days begin, such as 2 or -5.5; when left out, days are UTC days.
            report_phase: Counts before a winner was served (`pre_deploy`), after it (`post_deploy`), or
                `all_time`.
            metric_keys: Computes only the metrics with these keys: text with commas, or a list.
            goal_keys: Computes only the metrics of goals with these keys, instead of `metric_keys`.
            metric_batch: Computes only the metrics at these places of the experiment's list; the first is 0.
        """
        return await reports_by_segment(self._client, test_id, segments, report, limit, options)

    async def share_link(self, test_id: int | str) -> "ShareLink":
        """The public link to the results, and whether it is switched on."""
        return await self._client.send(calls.experiments.share_link(test_id))

    async def preview_urls(self, test_id: int | str) -> "PreviewUrls":
        """A preview link per variant, Control first."""
        return await self._client.send(calls.experiments.preview_urls(test_id))

    async def serve_winner(
        self,
        test_id: int | str,
        variant_id: int | str,
        *,
        traffic_allocation: float | Unset = UNSET,
    ) -> "ServingStarted":
        """Serve one variant to visitors; `variant_id` is the one of the result rows ("0" Control).

        Left out, `traffic_allocation` stays what the experiment had: a test on half of the visitors
        serves to half of them.
        """
        return await self._client.send(
            calls.experiments.serve_winner(
                test_id, variant_id, traffic_allocation=traffic_allocation
            )
        )

    async def update_rollout(
        self, test_id: int | str, traffic_allocation: float
    ) -> "RolloutUpdated":
        """Change the rollout percent while a winner is served."""
        return await self._client.send(
            calls.experiments.update_rollout(test_id, traffic_allocation)
        )

    async def stop_serving(self, test_id: int | str) -> "ServingStopped":
        """Stop serving the winner."""
        return await self._client.send(calls.experiments.stop_serving(test_id))
