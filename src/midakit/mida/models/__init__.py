"""The nouns of the API, typed; each module loads when one of its names is first used."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.mida.models.account import MyAccess as MyAccess
    from midakit.mida.models.account import TeamMember as TeamMember
    from midakit.mida.models.account import TeamMemberList as TeamMemberList
    from midakit.mida.models.comments import AddedComment as AddedComment
    from midakit.mida.models.comments import Comment as Comment
    from midakit.mida.models.comments import DeletedComment as DeletedComment
    from midakit.mida.models.comments import Discussion as Discussion
    from midakit.mida.models.events import DeletedEvent as DeletedEvent
    from midakit.mida.models.events import Event as Event
    from midakit.mida.models.events import EventDetails as EventDetails
    from midakit.mida.models.events import EventList as EventList
    from midakit.mida.models.events import EventResponse as EventResponse
    from midakit.mida.models.events import RecordedEvent as RecordedEvent
    from midakit.mida.models.events import UpdatedEvent as UpdatedEvent
    from midakit.mida.models.exclusion_groups import CreatedExclusionGroup as CreatedExclusionGroup
    from midakit.mida.models.exclusion_groups import DeletedExclusionGroup as DeletedExclusionGroup
    from midakit.mida.models.exclusion_groups import ExclusionGroup as ExclusionGroup
    from midakit.mida.models.exclusion_groups import ExclusionGroupList as ExclusionGroupList
    from midakit.mida.models.exclusion_groups import GroupTest as GroupTest
    from midakit.mida.models.exclusion_groups import UpdatedExclusionGroup as UpdatedExclusionGroup
    from midakit.mida.models.experiments import AppliedTargeting as AppliedTargeting
    from midakit.mida.models.experiments import Configuration as Configuration
    from midakit.mida.models.experiments import CreatedExperiment as CreatedExperiment
    from midakit.mida.models.experiments import DeletedExperiment as DeletedExperiment
    from midakit.mida.models.experiments import Experiment as Experiment
    from midakit.mida.models.experiments import ExperimentDetails as ExperimentDetails
    from midakit.mida.models.experiments import ExperimentList as ExperimentList
    from midakit.mida.models.experiments import ExperimentResponse as ExperimentResponse
    from midakit.mida.models.experiments import ExperimentStatus as ExperimentStatus
    from midakit.mida.models.experiments import PreviewUrl as PreviewUrl
    from midakit.mida.models.experiments import PreviewUrls as PreviewUrls
    from midakit.mida.models.experiments import RolloutUpdated as RolloutUpdated
    from midakit.mida.models.experiments import ServingStarted as ServingStarted
    from midakit.mida.models.experiments import ServingStopped as ServingStopped
    from midakit.mida.models.experiments import ShareLink as ShareLink
    from midakit.mida.models.experiments import UpdatedExperiment as UpdatedExperiment
    from midakit.mida.models.experiments import Variant as Variant
    from midakit.mida.models.goals import CreatedGoal as CreatedGoal
    from midakit.mida.models.goals import DeletedGoal as DeletedGoal
    from midakit.mida.models.goals import Goal as Goal
    from midakit.mida.models.goals import GoalDetails as GoalDetails
    from midakit.mida.models.goals import GoalList as GoalList
    from midakit.mida.models.goals import GoalRef as GoalRef
    from midakit.mida.models.goals import GoalResponse as GoalResponse
    from midakit.mida.models.goals import UpdatedGoal as UpdatedGoal
    from midakit.mida.models.inputs import AccountInput as AccountInput
    from midakit.mida.models.inputs import ControlInput as ControlInput
    from midakit.mida.models.inputs import ExperimentConfiguration as ExperimentConfiguration
    from midakit.mida.models.inputs import GoalInput as GoalInput
    from midakit.mida.models.inputs import PageUrlRule as PageUrlRule
    from midakit.mida.models.inputs import PersonaInput as PersonaInput
    from midakit.mida.models.inputs import TargetingRules as TargetingRules
    from midakit.mida.models.inputs import VariantInput as VariantInput
    from midakit.mida.models.personalization import AddedAccounts as AddedAccounts
    from midakit.mida.models.personalization import Campaign as Campaign
    from midakit.mida.models.personalization import CampaignAccount as CampaignAccount
    from midakit.mida.models.personalization import CampaignList as CampaignList
    from midakit.mida.models.personalization import CampaignStatus as CampaignStatus
    from midakit.mida.models.personalization import CreatedCampaign as CreatedCampaign
    from midakit.mida.models.personalization import Pipeline as Pipeline
    from midakit.mida.models.personalization import PipelineProgress as PipelineProgress
    from midakit.mida.models.projects import DeletedProject as DeletedProject
    from midakit.mida.models.projects import Project as Project
    from midakit.mida.models.projects import ProjectConfiguration as ProjectConfiguration
    from midakit.mida.models.projects import (
        ProjectConfigurationResponse as ProjectConfigurationResponse,
    )
    from midakit.mida.models.projects import ProjectList as ProjectList
    from midakit.mida.models.projects import ProjectResponse as ProjectResponse
    from midakit.mida.models.projects import SecondaryGoal as SecondaryGoal
    from midakit.mida.models.reports import BatchedMetrics as BatchedMetrics
    from midakit.mida.models.reports import Breakdown as Breakdown
    from midakit.mida.models.reports import Distribution as Distribution
    from midakit.mida.models.reports import DistributionVariant as DistributionVariant
    from midakit.mida.models.reports import FailedBatch as FailedBatch
    from midakit.mida.models.reports import MetricDefinition as MetricDefinition
    from midakit.mida.models.reports import MetricRow as MetricRow
    from midakit.mida.models.reports import Metrics as Metrics
    from midakit.mida.models.reports import Result as Result
    from midakit.mida.models.reports import Timeseries as Timeseries
    from midakit.mida.models.reports import TimeseriesRow as TimeseriesRow
    from midakit.mida.models.reports import VariantResult as VariantResult
    from midakit.mida.models.status import Status as Status
    from midakit.mida.models.vocabulary import BreakdownBy as BreakdownBy
    from midakit.mida.models.vocabulary import BuiltInMetric as BuiltInMetric
    from midakit.mida.models.vocabulary import CampaignStrategy as CampaignStrategy
    from midakit.mida.models.vocabulary import CommentSource as CommentSource
    from midakit.mida.models.vocabulary import DistributionMode as DistributionMode
    from midakit.mida.models.vocabulary import GoalPurpose as GoalPurpose
    from midakit.mida.models.vocabulary import GoalType as GoalType
    from midakit.mida.models.vocabulary import MemberStatus as MemberStatus
    from midakit.mida.models.vocabulary import PageUrlRuleKind as PageUrlRuleKind
    from midakit.mida.models.vocabulary import PersonaParam as PersonaParam
    from midakit.mida.models.vocabulary import ReportPhase as ReportPhase
    from midakit.mida.models.vocabulary import RoleLabel as RoleLabel
    from midakit.mida.models.vocabulary import StatsEngine as StatsEngine
    from midakit.mida.models.vocabulary import TestType as TestType
    from midakit.mida.models.vocabulary import VariantStatus as VariantStatus

_HOMES = {
    "AccountInput": "inputs",
    "AddedAccounts": "personalization",
    "AddedComment": "comments",
    "AppliedTargeting": "experiments",
    "BatchedMetrics": "reports",
    "Breakdown": "reports",
    "BreakdownBy": "vocabulary",
    "BuiltInMetric": "vocabulary",
    "Campaign": "personalization",
    "CampaignAccount": "personalization",
    "CampaignList": "personalization",
    "CampaignStatus": "personalization",
    "CampaignStrategy": "vocabulary",
    "Comment": "comments",
    "CommentSource": "vocabulary",
    "Configuration": "experiments",
    "ControlInput": "inputs",
    "CreatedCampaign": "personalization",
    "CreatedExclusionGroup": "exclusion_groups",
    "CreatedExperiment": "experiments",
    "CreatedGoal": "goals",
    "DeletedComment": "comments",
    "DeletedEvent": "events",
    "DeletedExclusionGroup": "exclusion_groups",
    "DeletedExperiment": "experiments",
    "DeletedGoal": "goals",
    "DeletedProject": "projects",
    "Discussion": "comments",
    "Distribution": "reports",
    "DistributionMode": "vocabulary",
    "DistributionVariant": "reports",
    "Event": "events",
    "EventDetails": "events",
    "EventList": "events",
    "EventResponse": "events",
    "ExclusionGroup": "exclusion_groups",
    "ExclusionGroupList": "exclusion_groups",
    "Experiment": "experiments",
    "ExperimentConfiguration": "inputs",
    "ExperimentDetails": "experiments",
    "ExperimentList": "experiments",
    "ExperimentResponse": "experiments",
    "ExperimentStatus": "experiments",
    "FailedBatch": "reports",
    "Goal": "goals",
    "GoalDetails": "goals",
    "GoalInput": "inputs",
    "GoalList": "goals",
    "GoalPurpose": "vocabulary",
    "GoalRef": "goals",
    "GoalResponse": "goals",
    "GoalType": "vocabulary",
    "GroupTest": "exclusion_groups",
    "MemberStatus": "vocabulary",
    "MetricDefinition": "reports",
    "MetricRow": "reports",
    "Metrics": "reports",
    "MyAccess": "account",
    "PageUrlRule": "inputs",
    "PageUrlRuleKind": "vocabulary",
    "PersonaInput": "inputs",
    "PersonaParam": "vocabulary",
    "Pipeline": "personalization",
    "PipelineProgress": "personalization",
    "PreviewUrl": "experiments",
    "PreviewUrls": "experiments",
    "Project": "projects",
    "ProjectConfiguration": "projects",
    "ProjectConfigurationResponse": "projects",
    "ProjectList": "projects",
    "ProjectResponse": "projects",
    "RecordedEvent": "events",
    "ReportPhase": "vocabulary",
    "Result": "reports",
    "RoleLabel": "vocabulary",
    "RolloutUpdated": "experiments",
    "SecondaryGoal": "projects",
    "ServingStarted": "experiments",
    "ServingStopped": "experiments",
    "ShareLink": "experiments",
    "StatsEngine": "vocabulary",
    "Status": "status",
    "TargetingRules": "inputs",
    "TeamMember": "account",
    "TeamMemberList": "account",
    "TestType": "vocabulary",
    "Timeseries": "reports",
    "TimeseriesRow": "reports",
    "UpdatedEvent": "events",
    "UpdatedExclusionGroup": "exclusion_groups",
    "UpdatedExperiment": "experiments",
    "UpdatedGoal": "goals",
    "Variant": "experiments",
    "VariantInput": "inputs",
    "VariantResult": "reports",
    "VariantStatus": "vocabulary",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
