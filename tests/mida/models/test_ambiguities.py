"""What the documentation leaves open: each row of its "Shapes" table, read either way."""

import json
from datetime import UTC, datetime

import pytest

from midakit.core.models.decode import loads
from midakit.mida import models as m
from midakit.mida.models import Status
from support.answers import example


def read(cls, **fields):
    """A model of these fields in which everything could be read."""
    found = loads(cls, json.dumps(fields).encode())
    assert found.undecoded == ()
    return found


@pytest.mark.parametrize("status", ["live", "LIVE", 1, "1"])
@pytest.mark.parametrize("cls", [m.Result, m.Distribution, m.ExperimentStatus])
def test_status_as_label_or_number(cls, status):
    """A status is one type, whether it came as a label or as a number."""
    assert read(cls, status=status).status == Status.LIVE


def test_quickstart_result_lacks_fields():
    """The quickstart's result, twelve fields short, is read; what it lacks is None."""
    result = loads(m.Result, example("get_experiment_result.quickstart"))
    assert result.status == Status.LIVE
    assert (result.is_serving, result.stats_engine, result.report_phase) == (None, None, None)
    assert result.variants[1].traffic_weight is None


def test_variant_nickname_is_optional():
    """A nickname is there in the quickstart and missing elsewhere."""
    quick = loads(m.Result, example("get_experiment_result.quickstart"))
    assert quick.variants[1].nickname == "Red CTA Button"
    assert loads(m.Result, example("get_experiment_result")).variants[1].nickname is None


GOALS = {name: {"goal_name": name} for name in ("selected_goal", "goal", "primary_goal")}


@pytest.mark.parametrize("cls", [m.Result, m.Timeseries, m.Metrics])
def test_report_goal_takes_the_nearest(cls):
    """The report's goal is `selected_goal`, else `goal`, else `primary_goal`, else None."""
    sent = dict(GOALS)
    for name in GOALS:
        assert read(cls, **sent).report_goal.goal_name == name
        sent[name] = None
    assert read(cls, **sent).report_goal is None


def test_goal_source_is_open():
    """An unheard-of goal source is kept as text."""
    goal = read(m.Result, selected_goal={"goal_source": "galaxy"}).report_goal
    assert goal.goal_source == "galaxy"


def test_goal_with_name_type_and_value_only():
    """A goal inside a report may have no id, key or flag."""
    goal = loads(m.Result, example("get_experiment_result")).primary_goal
    assert (goal.goal_name, goal.goal_profile_id, goal.is_primary) == (
        "CTA Button Click",
        None,
        None,
    )


def test_timeseries_numbers_as_text_or_null():
    """Numbers of a chart row may be text or null, and the raw row stays reachable."""
    sent = {"variant_id": 0, "converted": "12", "conversion": None, "visitors": "150.5"}
    row = read(m.Timeseries, timeseries=[sent]).timeseries[0]
    assert (row.variant_id, row.converted, row.conversion, row.visitors) == ("0", 12, None, 150.5)
    assert row.raw == sent


@pytest.mark.parametrize("value", [3, "3 days", {"days": 3}, None])
def test_row_duration_and_dates_are_raw(value):
    """`duration`, `start_date` and `end_date` of a row are whatever they are."""
    sent = {"duration": value, "start_date": value, "end_date": value}
    row = read(m.Timeseries, timeseries=[sent]).timeseries[0]
    assert (row.duration, row.start_date, row.end_date) == (value, value, value)


@pytest.mark.parametrize("criteria", ["mobile", 7, None, {"city": "Oslo"}])
def test_breakdown_criteria_is_open(criteria):
    """A segment's value has no documented type; totals have the names of the top level."""
    found = read(m.Result, breakdowns=[{"criteria": criteria, "total_visitors": 5, "odd": 1}])
    segment = found.breakdowns[0]
    assert (segment.criteria, segment.total_visitors, segment.extra) == (criteria, 5, {"odd": 1})


@pytest.mark.parametrize("cls", [m.Result, m.Timeseries, m.Metrics])
def test_query_echoes_on_every_report(cls):
    """Echoes of the query are accepted on all three reports."""
    sent = {
        "query_start_date": "2024-01-01",
        "query_end_date": "2024-02-01",
        "effective_start_date": "2024-01-01",
        "effective_end_date": "2024-02-01",
        "filter_by": "desktop",
        "custom_filter": [[{"criteria": "device"}]],
        "report_phase": "all_time",
    }
    found = read(cls, **sent)
    assert {name: getattr(found, name) for name in sent} == sent
    assert found.extra == {}


def test_report_phase_is_optional():
    """The echo of the report phase may be missing."""
    assert read(m.Metrics, count=0).report_phase is None


def test_metric_results_pair_by_number():
    """`result_N` is read by N, whatever order the keys have; the raw keys stay."""
    row = read(m.Metrics, metrics=[{"result_10": 4, "result_2": "1.5", "result_1": None}]).metrics[
        0
    ]
    assert row.results == {10: 4.0, 2: 1.5, 1: None}
    assert row.extra["result_2"] == "1.5"


def test_metric_table_names_results_by_definition():
    """`table()` puts each number under the key of the definition that its N names."""
    metrics = loads(m.Metrics, example("get_experiment_metrics"))
    assert metrics.table() == {"0": {"purchase": 40.0}, "1": {"purchase": 52.0}}


def test_definition_type_is_any_number():
    """Types other than the documented 2 are kept."""
    assert read(m.Metrics, metric_definitions=[{"type": 99}]).metric_definitions[0].type == 99
    configuration = read(m.ProjectConfiguration, secondary_goals=[{"type": 7}])
    assert configuration.secondary_goals[0].type == 7


def test_metric_warnings_are_anything():
    """Warnings have no documented type."""
    warnings = ["text", {"code": 1}, None]
    assert read(m.Metrics, warnings=warnings).warnings == warnings


@pytest.mark.parametrize(
    ("sent", "properties"),
    [
        ('{"a": 1}', {"a": 1}),
        ({"a": 1}, {"a": 1}),
        ("plain words", "plain words"),
        ("[1]", [1]),
        (None, None),
    ],
)
def test_event_property_in_every_form(sent, properties):
    """Metadata is parsed when it is JSON, kept when it is not, and may be an object already."""
    event = read(m.Event, event_property=sent)
    assert event.event_property == sent
    assert event.properties == properties


def test_event_path_is_optional():
    """`event_path` is in the example of an event and not in the table."""
    assert loads(m.EventResponse, example("get_event")).event.event_path == "/pricing"
    assert read(m.EventDetails, event_id=1).event_path is None


def test_recorded_event_has_no_id():
    """The reply to a recording names no id, and one that comes anyway is not lost."""
    assert loads(m.RecordedEvent, example("create_event")).extra == {}
    assert read(m.RecordedEvent, event_id=5).extra == {"event_id": 5}


def test_added_comment_has_no_id():
    """The reply to a comment names no id, and one that comes anyway is not lost."""
    assert read(m.AddedComment, comment_id=5).extra == {"comment_id": 5}


def test_comment_source_is_optional():
    """The example's comments have no source; others have one."""
    comments = loads(m.Discussion, example("get_experiment_discussion")).comments
    assert comments[0].source is None
    assert read(m.Comment, source="agent").source == "agent"


@pytest.mark.parametrize(
    ("cls", "sent", "expected"),
    [
        (m.ExclusionGroup, {"id": 42, "name": "A"}, (42, "A")),
        (m.ExclusionGroup, {"group_id": 42, "name": "A"}, (42, "A")),
        (m.UpdatedExclusionGroup, {"group_id": 42, "group_name": "A"}, (42, "A")),
        (m.UpdatedExclusionGroup, {"group_id": 42, "name": "A"}, (42, "A")),
        (m.DeletedExclusionGroup, {"group_id": 42, "group_name": "A"}, (42, "A")),
        (m.CreatedExclusionGroup, {"name": "A"}, (None, "A")),
        (m.CreatedExclusionGroup, {"name": "A", "group_id": 42}, (42, "A")),
    ],
)
def test_exclusion_group_names(cls, sent, expected):
    """`group_id` and `name` work on every answer about a group."""
    group = read(cls, **sent)
    assert (group.group_id, group.name) == expected


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (m.Campaign, "name"),
        (m.CampaignStatus, "name"),
        (m.CreatedCampaign, "name"),
        (m.AddedAccounts, "campaign_name"),
        (m.AddedAccounts, "name"),
    ],
)
def test_campaign_id_and_name(cls, name):
    """`campaign_id` and `name` work on every answer about a campaign."""
    campaign = read(cls, abm_campaign_id=23, **{name: "TechSpo"})
    assert (campaign.campaign_id, campaign.name) == (23, "TechSpo")


def test_campaign_accounts_are_kept():
    """The account list that the docs only mention stays reachable."""
    sent = {"accounts": [{"name": "Klaviyo"}], "truncated": True}
    assert read(m.CampaignStatus, **sent).extra == sent


def test_campaign_words_are_open():
    """Statuses and stages of campaigns are any text."""
    campaign = read(m.CampaignStatus, status="dozing", pipeline={"status": "odd", "stage": "new"})
    assert (campaign.status, campaign.pipeline.stage) == ("dozing", "new")
    assert read(m.CampaignStatus, pipeline=None).pipeline is None


def test_already_on_campaign_reads_like_added():
    """Companies left untouched have links like the added ones, every field optional."""
    found = read(m.AddedAccounts, already_on_campaign=[{"link": "https://x.test/"}, {}])
    assert [one.link for one in found.already_on_campaign] == ["https://x.test/", None]


def test_undocumented_answers_are_plain_objects():
    """Suggested pages and saved accounts are whatever object the server sends."""
    assert loads(dict, b'{"success": true, "pages": [1]}') == {"success": True, "pages": [1]}


def test_configuration_after_a_change_is_shorter():
    """The reply to a change lacks resolved goals and has two fields more."""
    body = example("update_project_configuration")
    configuration = loads(m.ProjectConfigurationResponse, body).configuration
    assert (configuration.stats_engine, configuration.primary_goal) == (None, None)
    assert configuration.skip_pre_publish_check is False
    assert configuration.secondary_goals[0].attributeFilter is None


@pytest.mark.parametrize("value", ["95", 95, 95.0])
def test_confidence_level_as_text_or_number(value):
    """A confidence level is a number, however it was written."""
    assert read(m.ProjectConfiguration, confidence_level=value).confidence_level == 95


@pytest.mark.parametrize("one", [1, "1", True])
def test_digits_and_flags_in_either_form(one):
    """Flags read as booleans from 0/1, digits or true; digit texts read from numbers."""
    assert read(m.AppliedConfiguration, is_mab=one).is_mab is True
    assert read(m.Experiment, is_completed=one).is_completed is True
    if one is not True:
        assert read(m.ProjectConfiguration, analysis_method=one).analysis_method == "1"


@pytest.mark.parametrize("sent", [{}, {"goal_profile_id": None, "primary_goal": None}])
def test_no_goal_as_null_or_missing(sent):
    """Without a goal, null and a missing field are the same."""
    details = read(m.ExperimentDetails, **sent)
    assert (details.goal_profile_id, details.primary_goal) == (None, None)
    assert read(m.CreatedExperiment, **sent).goal_profile_id is None


def test_serving_fields_of_lists_are_optional():
    """A listed experiment may say what it serves, say null, or say nothing."""
    assert read(m.Experiment, serving_variant_id="1", is_deploy=1).serving_variant_id == "1"
    assert read(m.Experiment, serving_variant_id=None).serving_variant_id is None
    assert read(m.Experiment, test_id=1).is_deploy is None


def test_project_status_deleted_anywhere():
    """Status 2 is accepted on any project."""
    assert read(m.Project, status=2).status == 2


def test_reports_keep_undocumented_fields():
    """Statistical insights that some answers may carry stay reachable."""
    assert read(m.Result, insights={"p": 0.03}).extra == {"insights": {"p": 0.03}}


@pytest.mark.parametrize("cls", [m.VariantResult, m.DistributionVariant, m.MetricRow])
def test_report_variant_ids_are_text(cls):
    """Ids of reports compare as text, whichever way they came."""
    assert read(cls, variant_id=1).variant_id == read(cls, variant_id="1").variant_id == "1"


@pytest.mark.parametrize("cls", [m.Variant, m.PreviewUrl])
def test_stored_variant_ids_are_numbers(cls):
    """Ids of details and previews are numbers, whichever way they came."""
    assert read(cls, variant_id="1").variant_id == read(cls, variant_id=1).variant_id == 1


@pytest.mark.parametrize(
    "sent",
    ["2024-01-15", "2024-01-15T00:00:00", "2024-01-15T00:00:00.000Z", "2024-01-15T02:00:00+02:00"],
)
def test_times_are_aware(sent):
    """A date, a naive and an offset time all become the aware moment they mean."""
    made = read(m.Experiment, created_at=sent).created_at
    assert made == datetime(2024, 1, 15, tzinfo=UTC)
    assert made.tzinfo is not None
