"""Which model each operation answers with, and the documented examples of it."""

from pathlib import Path

from midakit.mida import models as m

EXAMPLES = Path(__file__).parents[1] / "data/api/examples"

ANSWERS = {
    "list_projects": m.ProjectList,
    "create_project": m.ProjectResponse,
    "get_project": m.ProjectResponse,
    "update_project": m.ProjectResponse,
    "delete_project": m.DeletedProject,
    "get_project_configuration": m.ProjectConfigurationResponse,
    "update_project_configuration": m.ProjectConfigurationResponse,
    "create_experiment": m.CreatedExperiment,
    "list_experiments": m.ExperimentList,
    "get_experiment": m.ExperimentResponse,
    "update_experiment": m.UpdatedExperiment,
    "delete_experiment": m.DeletedExperiment,
    "update_experiment_status": m.ExperimentStatus,
    "get_experiment_distribution": m.Distribution,
    "get_experiment_result": m.Result,
    "get_experiment_timeseries": m.Timeseries,
    "get_experiment_metrics": m.Metrics,
    "serve_experiment_winner": m.ServingStarted,
    "update_serving_rollout": m.RolloutUpdated,
    "stop_experiment_serving": m.ServingStopped,
    "get_experiment_share_link": m.ShareLink,
    "get_experiment_preview_urls": m.PreviewUrls,
    "get_experiment_discussion": m.Discussion,
    "add_experiment_comment": m.AddedComment,
    "delete_experiment_comment": m.DeletedComment,
    "list_team_members": m.TeamMemberList,
    "get_my_access": m.MyAccess,
    "list_personalization_campaigns": m.CampaignList,
    "create_personalization_campaign": m.CreatedCampaign,
    "get_personalization_campaign": m.CampaignStatus,
    "add_personalization_accounts": m.AddedAccounts,
    "list_exclusion_groups": m.ExclusionGroupList,
    "create_exclusion_group": m.CreatedExclusionGroup,
    "update_exclusion_group": m.UpdatedExclusionGroup,
    "delete_exclusion_group": m.DeletedExclusionGroup,
    "list_events": m.EventList,
    "create_event": m.RecordedEvent,
    "get_event": m.EventResponse,
    "update_event": m.UpdatedEvent,
    "delete_event": m.DeletedEvent,
    "list_goals": m.GoalList,
    "create_goal": m.CreatedGoal,
    "get_goal": m.GoalResponse,
    "update_goal": m.UpdatedGoal,
    "delete_goal": m.DeletedGoal,
}


def examples():
    """(file name, model, bytes) of every documented answer."""
    for file in sorted(EXAMPLES.glob("*.json")):
        operation = file.name.partition(".")[0]
        if "request" not in file.name and operation in ANSWERS:
            yield file.name, ANSWERS[operation], file.read_bytes()


def example(name):
    """The bytes of one example."""
    return (EXAMPLES / f"{name}.json").read_bytes()
