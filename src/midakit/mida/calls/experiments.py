"""Experiments: tests, their reports, and what they serve."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack
from uuid import uuid4

from midakit.core import checks
from midakit.core.call import Call
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest
from midakit.mida import models
from midakit.mida.calls import body_rules, build, experiment_body, report_query
from midakit.mida.calls.build import PROJECT, experiment_path
from midakit.mida.calls.report_query import query
from midakit.mida.fields import ExperimentChanges, ExperimentFields
from midakit.mida.options import MetricsOptions, ReportOptions, TimeseriesOptions

if TYPE_CHECKING:
    Json = Mapping[str, Any]


@expand_options
def list(
    *, limit: int = 50, offset: int = 0, **extra: Unpack[ExtraOptions]
) -> "Call[models.ExperimentList]":
    """Return the call that reads a page of the account's experiments.

    Args:
        limit: How many experiments, up to 500.
        offset: How many experiments to leave out before them.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: A number is out of its bounds.

    Example:
        call = calls.experiments.list()
    """
    pairs = checks.page(limit, offset)
    return build.get(
        "list_experiments",
        f"{PROJECT}/experiments",
        models.ExperimentList,
        query=pairs,
        extra=extra,
    )


@expand_options
def create(
    test_name: str,
    variants: "Sequence[models.VariantInput | Json]",
    **fields: Unpack[ExperimentFields],
) -> "Call[models.CreatedExperiment]":
    """Return the call that makes an experiment; its idempotency key makes it safe to repeat for 24 hours.

    Args:
        test_name: The name in the dashboard.
        variants: The treatments, never Control; names (`Variant 1`, ...) and `data: []` are filled in.
        status: 9 (draft) when left out; 1 starts the experiment at once.
        test_type: `abtest` when left out; `split`, `personalization` or `mvt`.
        url: The one page that editor and previews open, without a star; also where it runs, if `page_urls` is
            left out.
        page_urls: Where the experiment runs: up to 50 addresses, or rules with `url`, `rule` and `allowed`.
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
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        idempotency_key: For 24 hours the same key gets the first answer again; a key is made when left out.

    Raises:
        InvalidRequest: Neither `url` nor `page_urls` was given, or a field breaks its rule.

    Example:
        call = calls.experiments.create(
            "Red button", [{"nickname": "Red"}], url="https://shop.example.com/"
        )
    """
    checks.not_both(**_named(fields, "primary_goal", "primary_goal_key"))
    checks.not_both(**_named(fields, "control", "control_attr"))
    sent = build.body("experiments.create", ExperimentFields, fields)
    key = sent.pop("idempotency_key", None) or str(uuid4())
    page_urls = experiment_body.pages(fields.get("page_urls", UNSET), sent.get("url", UNSET))
    treatments = experiment_body.treatments("variants", variants, sent.get("test_type", "abtest"))
    body = {
        "test_name": checks.text("test_name", test_name),
        **sent,
        **build.given(page_urls=page_urls),
        "variants": treatments,
    }
    return build.write(
        "create_experiment", "POST", f"{PROJECT}/create-experiment", models.CreatedExperiment, body,
        safe=True, headers=(("x-idempotency-key", key),), extra=fields,
    )  # fmt: skip


def _named(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: fields.get(name, UNSET) for name in names}


@expand_options
def get(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.ExperimentDetails]":
    """Return the call that reads an experiment.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.get(1001)
    """
    return build.get(
        "get_experiment",
        experiment_path(test_id),
        models.ExperimentResponse,
        pick="experiment",
        extra=extra,
    )


@expand_options
def update(
    test_id: int | str, *, extra: "Json | Unset" = UNSET, **fields: Unpack[ExperimentChanges]
) -> "Call[models.UpdatedExperiment]":
    """Return the call that changes parts of an experiment.

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
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.
        tags: All tags: the list replaces the stored one.

    Raises:
        InvalidRequest: No field was given, or one breaks its rule.

    Example:
        call = calls.experiments.update(1010, test_name="Greeting by language", tags=["home"])
    """
    checks.not_both(**_named(fields, "control", "control_attr"))
    if extra is UNSET:
        body = build.changes("experiments.update", ExperimentChanges, fields)
    else:
        body = {**build.body("experiments.update", ExperimentChanges, fields), **extra}
    return build.write(
        "update_experiment", "PATCH", experiment_path(test_id), models.UpdatedExperiment, body, safe=True,
        extra=fields,
    )  # fmt: skip


@expand_options
def delete(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.DeletedExperiment]":
    """Return the call that deletes an experiment.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.delete(1010)
    """
    return build.write(
        "delete_experiment", "DELETE", experiment_path(test_id), models.DeletedExperiment, safe=True,
        repeated=(404, {"test_id": int(test_id), "deleted": True}), extra=extra,
    )  # fmt: skip


@expand_options
def set_status(
    test_id: int | str,
    status: "models.Status | int | str",
    *,
    current: "models.Status | int | str | Unset" = UNSET,
    **extra: Unpack[ExtraOptions],
) -> "Call[models.ExperimentStatus]":
    """Return the call that starts (1) or stops (0) an experiment, or makes it a draft (9) again.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        status: The new status, by number or by name.
        current: The status that it has: a change that the server would refuse is then refused here.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The status is unknown, or cannot be reached from the current one.

    Example:
        call = calls.experiments.set_status(1001, "inactive")
    """
    code = body_rules.status("status", status)
    if current is not UNSET:
        check_transition(current, code)
    return build.write(
        "update_experiment_status", "PATCH", experiment_path(test_id, "/status"), models.ExperimentStatus,
        {"status": code}, safe=True, extra=extra,
    )  # fmt: skip


def check_transition(
    current: "models.Status | int | str", new: "models.Status | int | str"
) -> None:
    """Refuse a change of status that the server would refuse: draft is reached only from inactive.

    Args:
        current: The status that the experiment has.
        new: The status that it should get.

    Raises:
        InvalidRequest: The server would refuse the change.

    Example:
        calls.experiments.check_transition("inactive", "draft")
    """
    before, after = (body_rules.status("status", one) for one in (current, new))
    if after == 9 and before == 1:
        raise InvalidRequest("status", "a live experiment does not go back to draft; stop it first")


@expand_options
def start(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.ExperimentStatus]":
    """Return the call that starts or resumes an experiment.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.start(1007)
    """
    return set_status(test_id, 1, **extra)


@expand_options
def stop(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.ExperimentStatus]":
    """Return the call that stops an experiment; the data stays.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.stop(1002)
    """
    return set_status(test_id, 0, **extra)


@expand_options
def to_draft(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.ExperimentStatus]":
    """Return the call that makes a stopped experiment a draft again.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.to_draft(1007)
    """
    return set_status(test_id, 9, **extra)


@expand_options
def distribution(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.Distribution]":
    """Return the call that reads the configured split of traffic.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.distribution(1005)
    """
    path = experiment_path(test_id, "/distribution")
    return build.get("get_experiment_distribution", path, models.Distribution, extra=extra)


@expand_options
def result(test_id: int | str, **options: Unpack[ReportOptions]) -> "Call[models.Result]":
    """Return the call that asks for visitors and conversions per variant, for one goal.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`.
        end_date: The last day, inclusive.
        goal_key: Key of the goal to count; when left out, the experiment's primary goal.
        goal_profile_id: Id of the goal to count, instead of `goal_key`.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or the
            API's nested list.
        breakdown_by: Adds rows for each value of this dimension.
        event_where: Counts only events with these attributes: an expression of `E`, text such as
            `event.revenue > 100`, or the API's nested list.
        min_count: How many events a visitor needs to count as converted; 1 or more.
        timeframe_days: Counts only events within so many days after the visitor entered the experiment.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: An option does not exist, or its value breaks its rule.

    Example:
        call = calls.experiments.result(1001, where=F.device == "mobile", breakdown_by="country")
    """
    pairs = query("experiments.result", ReportOptions, options)
    path = experiment_path(test_id, "/result")
    return build.get(
        "get_experiment_result",
        path,
        models.Result,
        query=pairs,
        extra=options,
        doubts=report_query.unknown_rules(options),
    )


@expand_options
def timeseries(
    test_id: int | str, **options: Unpack[TimeseriesOptions]
) -> "Call[models.Timeseries]":
    """Return the call that asks for rows per day and variant, for one goal.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`.
        end_date: The last day, inclusive.
        goal_key: Key of the goal to count; when left out, the experiment's primary goal.
        goal_profile_id: Id of the goal to count, instead of `goal_key`.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or the
            API's nested list.
        event_where: Counts only events with these attributes: an expression of `E`, text such as
            `event.revenue > 100`, or the API's nested list.
        min_count: How many events a visitor needs to count as converted; 1 or more.
        timeframe_days: Counts only events within so many days after the visitor entered the experiment.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: An option does not exist, or its value breaks its rule.

    Example:
        call = calls.experiments.timeseries(1001, start_date="2026-05-01", min_count=2)
    """
    pairs = query("experiments.timeseries", TimeseriesOptions, options)
    path = experiment_path(test_id, "/timeseries")
    return build.get(
        "get_experiment_timeseries",
        path,
        models.Timeseries,
        query=pairs,
        extra=options,
        doubts=report_query.unknown_rules(options),
    )


@expand_options
def metrics(test_id: int | str, **options: Unpack[MetricsOptions]) -> "Call[models.Metrics]":
    """Return the call that asks for secondary metrics per variant; the API has no breakdown of them.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        metric_keys: Computes only the metrics with these keys: text with commas, or a list.
        goal_keys: Computes only the metrics of goals with these keys, instead of `metric_keys`.
        start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`.
        end_date: The last day, inclusive.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or the
            API's nested list.
        metric_batch: Computes only the metrics at these positions in the experiment's list, counted from 0.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: An option does not exist, or its value breaks its rule.

    Example:
        call = calls.experiments.metrics(1001, goal_keys=["purchase", "cta_click"])
    """
    pairs = query("experiments.metrics", MetricsOptions, options)
    path = experiment_path(test_id, "/metrics")
    return build.get(
        "get_experiment_metrics",
        path,
        models.Metrics,
        query=pairs,
        extra=options,
        doubts=report_query.unknown_rules(options),
    )


@expand_options
def share_link(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.ShareLink]":
    """Return the call that asks for the public link to the results.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.share_link(1001)
    """
    path = experiment_path(test_id, "/share-link")
    return build.get("get_experiment_share_link", path, models.ShareLink, extra=extra)


@expand_options
def preview_urls(test_id: int | str, **extra: Unpack[ExtraOptions]) -> "Call[models.PreviewUrls]":
    """Return the call that asks for a preview link per variant.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.preview_urls(1001)
    """
    path = experiment_path(test_id, "/preview-urls")
    return build.get("get_experiment_preview_urls", path, models.PreviewUrls, extra=extra)


@expand_options
def serve_winner(
    test_id: int | str,
    variant_id: int | str,
    *,
    traffic_allocation: float | Unset = UNSET,
    **extra: Unpack[ExtraOptions],
) -> "Call[models.ServingStarted]":
    """Return the call that serves one variant to visitors.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        variant_id: Id of the variant as in the rows of a result; "0" is Control.
        traffic_allocation: Percent of the visitors; as the experiment has it when left out.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The percent is not from 0 to 100.

    Example:
        call = calls.experiments.serve_winner(1007, "1", traffic_allocation=20)
    """
    path = experiment_path(test_id, "/serve-winner")
    variant = checks.number_id("variant_id", variant_id)
    if traffic_allocation is not UNSET:
        body_rules.PERCENT("traffic_allocation", traffic_allocation)
    share = build.given(traffic_allocation=traffic_allocation)
    done = {"test_id": int(test_id), "serving_variant_id": variant, "is_serving": True, **share}
    return build.write(
        "serve_experiment_winner", "POST", path, models.ServingStarted,
        {"variant_id": variant, **share}, safe=True, repeated=(409, done), extra=extra,
    )  # fmt: skip


@expand_options
def update_rollout(
    test_id: int | str, traffic_allocation: float, **extra: Unpack[ExtraOptions]
) -> "Call[models.RolloutUpdated]":
    """Return the call that changes the rollout while a winner is served.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        traffic_allocation: Percent of the visitors that get the winner.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The percent is not from 0 to 100.

    Example:
        call = calls.experiments.update_rollout(1006, 50)
    """
    share = body_rules.PERCENT("traffic_allocation", traffic_allocation)
    return build.write(
        "update_serving_rollout", "PATCH", experiment_path(test_id, "/serving-rollout"),
        models.RolloutUpdated, {"traffic_allocation": share}, safe=True, extra=extra,
    )  # fmt: skip


@expand_options
def stop_serving(
    test_id: int | str, **extra: Unpack[ExtraOptions]
) -> "Call[models.ServingStopped]":
    """Return the call that stops serving the winner.

    Args:
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Raises:
        InvalidRequest: The id is empty, or would change the path.

    Example:
        call = calls.experiments.stop_serving(1006)
    """
    return build.write(
        "stop_experiment_serving", "POST", experiment_path(test_id, "/stop-serving"),
        models.ServingStopped, {}, safe=True,
        repeated=(409, {"test_id": int(test_id), "serving_variant_id": None, "is_serving": False}),
        extra=extra,
    )  # fmt: skip
