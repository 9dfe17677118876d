"""Experiments: tests, their reports, and what they serve."""

from typing import TYPE_CHECKING, Any, Literal

from midakit.core._async.paging import AsyncPager
from midakit.core.unset import UNSET, Unset
from midakit.mida import calls
from midakit.mida._async.fan_outs import metrics_in_batches, reports_by_segment
from midakit.mida._async.resource import AsyncResource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from midakit.core.outcome import Outcome
    from midakit.mida.filters import EventFilter, Filter
    from midakit.mida.models import (
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

    Json = Mapping[str, Any]
    Day = date | str | Unset
    Where = Filter | Sequence[Sequence[Json]] | Unset
    EventWhere = EventFilter | Sequence[Sequence[Json]] | Unset
    Tokens = str | Sequence[str] | Unset


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

    async def result(
        self,
        test_id: int | str,
        *,
        start_date: "Day" = UNSET,
        end_date: "Day" = UNSET,
        goal_key: str | Unset = UNSET,
        goal_profile_id: int | str | Unset = UNSET,
        filter_by: "Tokens" = UNSET,
        where: "Where" = UNSET,
        event_where: "EventWhere" = UNSET,
        breakdown_by: str | Unset = UNSET,
        min_count: float | Unset = UNSET,
        timeframe_days: float | Unset = UNSET,
        tz: float | str | Unset = UNSET,
        report_phase: str | Unset = UNSET,
    ) -> "Result":
        """Visitors and conversions per variant, for one goal."""
        return await self._client.send(
            calls.experiments.result(
                test_id,
                start_date=start_date,
                end_date=end_date,
                goal_key=goal_key,
                goal_profile_id=goal_profile_id,
                filter_by=filter_by,
                where=where,
                event_where=event_where,
                breakdown_by=breakdown_by,
                min_count=min_count,
                timeframe_days=timeframe_days,
                tz=tz,
                report_phase=report_phase,
            )
        )

    async def timeseries(
        self,
        test_id: int | str,
        *,
        start_date: "Day" = UNSET,
        end_date: "Day" = UNSET,
        goal_key: str | Unset = UNSET,
        goal_profile_id: int | str | Unset = UNSET,
        filter_by: "Tokens" = UNSET,
        where: "Where" = UNSET,
        event_where: "EventWhere" = UNSET,
        min_count: float | Unset = UNSET,
        timeframe_days: float | Unset = UNSET,
        tz: float | str | Unset = UNSET,
        report_phase: str | Unset = UNSET,
    ) -> "Timeseries":
        """Rows per day and variant, for one goal."""
        return await self._client.send(
            calls.experiments.timeseries(
                test_id,
                start_date=start_date,
                end_date=end_date,
                goal_key=goal_key,
                goal_profile_id=goal_profile_id,
                filter_by=filter_by,
                where=where,
                event_where=event_where,
                min_count=min_count,
                timeframe_days=timeframe_days,
                tz=tz,
                report_phase=report_phase,
            )
        )

    async def metrics(
        self,
        test_id: int | str,
        *,
        metric_keys: "Tokens" = UNSET,
        goal_keys: "Tokens" = UNSET,
        metric_batch: "Sequence[int] | str | Unset" = UNSET,
        batch_size: int | None = None,
        limit: int | None = None,
        start_date: "Day" = UNSET,
        end_date: "Day" = UNSET,
        filter_by: "Tokens" = UNSET,
        where: "Where" = UNSET,
        tz: float | str | Unset = UNSET,
        report_phase: str | Unset = UNSET,
    ) -> "Metrics":
        """Secondary metrics per variant.

        With `batch_size` the definitions are split into groups that are computed side by side, at
        most `limit` at once, and merged; `.failed` then says which groups did not come.
        """
        options: dict[str, Any] = {
            "metric_keys": metric_keys,
            "goal_keys": goal_keys,
            "start_date": start_date,
            "end_date": end_date,
            "filter_by": filter_by,
            "where": where,
            "tz": tz,
            "report_phase": report_phase,
        }
        if batch_size is not None:
            return await metrics_in_batches(
                self._client, test_id, batch_size, limit, metric_batch, options
            )
        return await self._client.send(
            calls.experiments.metrics(test_id, metric_batch=metric_batch, **options)
        )

    async def segments(
        self,
        test_id: int | str,
        segments: "Mapping[str, Where | None]",
        report: Literal["result", "metrics", "timeseries"] = "result",
        *,
        limit: int | None = None,
        **options: Any,
    ) -> "dict[str, Outcome[Any]]":
        """One report for many segments at once, by name; a failed one is an Outcome with its error.

        await mida.experiments.segments(
            1234, {"everyone": None, "mobile": F.device == "mobile", "us": F.country == "US"})
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
