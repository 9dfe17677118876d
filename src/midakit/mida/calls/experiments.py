"""Experiments: tests, their reports, and what they serve."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack
from uuid import uuid4

from midakit.core import checks
from midakit.core.call import Call
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls import experiment_body as shaping
from midakit.mida.calls.build import PROJECT, experiment_path, given, write
from midakit.mida.calls.build import get as reading
from midakit.mida.calls.report_query import query
from midakit.mida.options import MetricsOptions, ReportOptions, TimeseriesOptions

if TYPE_CHECKING:
    from midakit.mida.models import (
        ControlInput,
        CreatedExperiment,
        DeletedExperiment,
        Distribution,
        ExperimentConfiguration,
        ExperimentDetails,
        ExperimentList,
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

STATUSES = (9, 1, 0)


def list(*, limit: int = 50, offset: int = 0) -> "Call[ExperimentList]":
    """A page of the account's experiments."""
    return reading(
        "list_experiments",
        f"{PROJECT}/experiments",
        models.ExperimentList,
        query=checks.page(limit, offset),
    )


def create(
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
    secondary_goal_keys: Sequence[str] | Unset = UNSET,
    configuration: "ExperimentConfiguration | Json | Unset" = UNSET,
    targeting: "TargetingRules | Json | Unset" = UNSET,
    idempotency_key: str | Unset = UNSET,
) -> "Call[CreatedExperiment]":
    """Make an experiment; the idempotency key makes it safe to repeat for 24 hours."""
    checks.not_both(primary_goal=primary_goal, primary_goal_key=primary_goal_key)
    checks.not_both(control=control, control_attr=control_attr)
    if test_type is not UNSET:
        test_type = checks.one_of("test_type", test_type, models.TestType)
    key = (
        str(uuid4())
        if idempotency_key is UNSET
        else checks.text("idempotency_key", idempotency_key)
    )
    page = shaping.page(url)
    body = given(
        test_name=checks.text("test_name", test_name),
        status=status if status is UNSET else _code(status),
        test_type=test_type,
        url=page,
        page_urls=shaping.pages(page_urls, page),
        variants=shaping.treatments(variants, "abtest" if test_type is UNSET else test_type),
        control=control,
        control_attr=control_attr,
        custom_js=custom_js,
        custom_css=custom_css,
        primary_goal=_goal("primary_goal", primary_goal),
        primary_goal_key=primary_goal_key,
        secondary_goals=_goals(secondary_goals),
        secondary_goal_keys=secondary_goal_keys,
        configuration=_configuration(configuration),
        targeting=targeting,
    )
    return write(
        "create_experiment", "POST", f"{PROJECT}/create-experiment", models.CreatedExperiment, body,
        safe=True, headers=(("x-idempotency-key", key),),
    )  # fmt: skip


def _code(status: Any) -> int:
    try:
        code = int(models.Status(status))
    except ValueError:
        code = -1
    return int(checks.one_of("status", code if code in STATUSES else status, STATUSES))


def _goal(field: str, goal: Any) -> Any:
    if goal is UNSET:
        return UNSET
    from midakit.core.models.encode import plain

    found = plain(goal)
    for name in ("goal_name", "goal_type", "goal_value"):
        if not isinstance(found, dict) or not str(found.get(name) or "").strip():
            raise InvalidRequest(field, f"needs a {name}")
    checks.one_of(f"{field}.goal_type", found["goal_type"], models.GoalType)
    return {**found, "goal_value": str(found["goal_value"])}


def _goals(goals: Any) -> Any:
    return UNSET if goals is UNSET else [_goal("secondary_goals", goal) for goal in goals]


def _configuration(configuration: Any) -> Any:
    if configuration is UNSET:
        return UNSET
    from midakit.core.models.encode import plain

    found = plain(configuration)
    if found.get("traffic_allocation") is not None:
        checks.between("configuration.traffic_allocation", found["traffic_allocation"], 0, 100)
    return found


def get(test_id: int | str) -> "Call[ExperimentDetails]":
    """One experiment."""
    return reading(
        "get_experiment", experiment_path(test_id), models.ExperimentResponse, pick="experiment"
    )


def update(
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
    tags: Sequence[str] | Unset = UNSET,
    extra: "Json | Unset" = UNSET,
) -> "Call[UpdatedExperiment]":
    """Change parts of an experiment; `extra` goes along as it is."""
    checks.not_both(control=control, control_attr=control_attr)
    fields = {
        "test_name": test_name if test_name is UNSET else checks.text("test_name", test_name),
        "url": shaping.page(url),
        "variants": variants if variants is UNSET else shaping.treatments(variants),
        "control": control,
        "control_attr": control_attr,
        "custom_js": custom_js,
        "custom_css": custom_css,
        "configuration": _configuration(configuration),
        "targeting": targeting,
        "tags": tags if tags is UNSET or not isinstance(tags, str) else _refuse_tags(),
    }
    checks.some("experiment", **fields, extra=extra)
    body = {**given(**fields), **({} if extra is UNSET else extra)}
    return write(
        "update_experiment",
        "PATCH",
        experiment_path(test_id),
        models.UpdatedExperiment,
        body,
        safe=True,
    )


def _refuse_tags() -> Any:
    raise InvalidRequest("tags", "must be a list of texts")


def delete(test_id: int | str) -> "Call[DeletedExperiment]":
    """Delete an experiment."""
    return write(
        "delete_experiment", "DELETE", experiment_path(test_id), models.DeletedExperiment, safe=True,
        repeated=(404, {"test_id": int(test_id), "deleted": True}),
    )  # fmt: skip


def set_status(
    test_id: int | str,
    status: "Status | int | str",
    *,
    current: "Status | int | str | Unset" = UNSET,
) -> "Call[ExperimentStatus]":
    """1 starts, 0 stops, 9 is draft; with `current` a change that the server would refuse is refused here."""
    code = _code(status)
    if current is not UNSET:
        check_transition(current, code)
    return write(
        "update_experiment_status", "PATCH", experiment_path(test_id, "/status"), models.ExperimentStatus,
        {"status": code}, safe=True,
    )  # fmt: skip


def check_transition(current: "Status | int | str", new: "Status | int | str") -> None:
    """Draft is reached only from inactive."""
    before, after = _code(current), _code(new)
    if after == 9 and before == 1:
        raise InvalidRequest("status", "a live experiment does not go back to draft; stop it first")


def start(test_id: int | str) -> "Call[ExperimentStatus]":
    """Start or resume."""
    return set_status(test_id, 1)


def stop(test_id: int | str) -> "Call[ExperimentStatus]":
    """Stop; the data stays."""
    return set_status(test_id, 0)


def to_draft(test_id: int | str) -> "Call[ExperimentStatus]":
    """Back to draft."""
    return set_status(test_id, 9)


def distribution(test_id: int | str) -> "Call[Distribution]":
    """The configured split."""
    return reading(
        "get_experiment_distribution",
        experiment_path(test_id, "/distribution"),
        models.Distribution,
    )


@expand_options
def result(test_id: int | str, **options: Unpack[ReportOptions]) -> "Call[Result]":
    """Return the call that asks for visitors and conversions per variant, for one goal.

    Args:
        start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
        end_date: The last day, inclusive.
        goal_key: Key of the goal to count; when left out, the experiment's primary goal.
        goal_profile_id: Id of the goal to count, instead of `goal_key`.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        where: Only visitors of this segment: an expression of `F`, or the API's nested list.
        breakdown_by: Adds rows for each value of this dimension.
        event_where: Counts only events with these attributes: an expression of `E`, or the API's nested list.
        min_count: How many events a visitor needs to count as converted; 1 or more.
        timeframe_days: Counts only events within so many days after the visitor entered the experiment.
        tz: Hours from UTC at which days begin, such as 2 or -5.5; when left out, days are UTC days.
        report_phase: Counts before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
    """
    pairs = query("experiments.result", ReportOptions, options)
    path = experiment_path(test_id, "/result")
    return reading("get_experiment_result", path, models.Result, query=pairs)


@expand_options
def timeseries(test_id: int | str, **options: Unpack[TimeseriesOptions]) -> "Call[Timeseries]":
    """Return the call that asks for rows per day and variant, for one goal.

    Args:
        start_date: The first day, inclusive: a `date` or text such as `2026-01-31`.
        end_date: The last day, inclusive.
        goal_key: Key of the goal to count; when left out, the experiment's primary goal.
        goal_profile_id: Id of the goal to count, instead of `goal_key`.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        where: Only visitors of this segment: an expression of `F`, or the API's nested list.
        event_where: Counts only events with these attributes: an expression of `E`, or the API's nested list.
        min_count: How many events a visitor needs to count as converted; 1 or more.
        timeframe_days: Counts only events within so many days after the visitor entered the experiment.
        tz: Hours from UTC at which days begin, such as 2 or -5.5; when left out, days are UTC days.
        report_phase: Counts before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
    """
    pairs = query("experiments.timeseries", TimeseriesOptions, options)
    path = experiment_path(test_id, "/timeseries")
    return reading("get_experiment_timeseries", path, models.Timeseries, query=pairs)


@expand_options
def metrics(test_id: int | str, **options: Unpack[MetricsOptions]) -> "Call[Metrics]":
    """Return the call that asks for secondary metrics per variant; the API has no breakdown of them.

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
    pairs = query("experiments.metrics", MetricsOptions, options)
    path = experiment_path(test_id, "/metrics")
    return reading("get_experiment_metrics", path, models.Metrics, query=pairs)


def share_link(test_id: int | str) -> "Call[ShareLink]":
    """The public link."""
    return reading(
        "get_experiment_share_link", experiment_path(test_id, "/share-link"), models.ShareLink
    )


def preview_urls(test_id: int | str) -> "Call[PreviewUrls]":
    """A preview per variant."""
    path = experiment_path(test_id, "/preview-urls")
    return reading("get_experiment_preview_urls", path, models.PreviewUrls)


def serve_winner(
    test_id: int | str, variant_id: int | str, *, traffic_allocation: float | Unset = UNSET
) -> "Call[ServingStarted]":
    """Serve one variant; the id is the one of the result rows, "0" being Control."""
    variant = checks.number_id("variant_id", variant_id)
    body = given(variant_id=variant, traffic_allocation=_percent(traffic_allocation))
    done = {"test_id": int(test_id), "serving_variant_id": variant, "is_serving": True, **body}
    done.pop("variant_id")
    return write(
        "serve_experiment_winner", "POST", experiment_path(test_id, "/serve-winner"),
        models.ServingStarted, body, safe=True, repeated=(409, done),
    )  # fmt: skip


def _percent(traffic_allocation: Any) -> Any:
    if traffic_allocation is UNSET:
        return UNSET
    return checks.between("traffic_allocation", traffic_allocation, 0, 100)


def update_rollout(test_id: int | str, traffic_allocation: float) -> "Call[RolloutUpdated]":
    """Change the rollout while a winner is served."""
    return write(
        "update_serving_rollout", "PATCH", experiment_path(test_id, "/serving-rollout"),
        models.RolloutUpdated, {"traffic_allocation": _percent(traffic_allocation)}, safe=True,
    )  # fmt: skip


def stop_serving(test_id: int | str) -> "Call[ServingStopped]":
    """Stop serving the winner."""
    return write(
        "stop_experiment_serving", "POST", experiment_path(test_id, "/stop-serving"),
        models.ServingStopped, {}, safe=True,
        repeated=(409, {"test_id": int(test_id), "serving_variant_id": None, "is_serving": False}),
    )  # fmt: skip
