"""Models of the Mida V2 API: what comes back, and the typed inputs of what is sent.

A name's module is imported when the name is first used.
"""

TYPE_CHECKING = False  # as typing's, without importing typing
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
    from midakit.mida.models.experiments import AppliedConfiguration as AppliedConfiguration
    from midakit.mida.models.experiments import AppliedTargeting as AppliedTargeting
    from midakit.mida.models.experiments import CreatedExperiment as CreatedExperiment
    from midakit.mida.models.experiments import DeletedExperiment as DeletedExperiment
    from midakit.mida.models.experiments import Experiment as Experiment
    from midakit.mida.models.experiments import ExperimentDetails as ExperimentDetails
    from midakit.mida.models.experiments import ExperimentList as ExperimentList
    from midakit.mida.models.experiments import ExperimentResponse as ExperimentResponse
    from midakit.mida.models.experiments import ExperimentStatus as ExperimentStatus
    from midakit.mida.models.experiments import RolloutUpdated as RolloutUpdated
    from midakit.mida.models.experiments import ServingStarted as ServingStarted
    from midakit.mida.models.experiments import ServingStopped as ServingStopped
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
    from midakit.mida.models.inputs import GroupTestInput as GroupTestInput
    from midakit.mida.models.inputs import Input as Input
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
    from midakit.mida.models.reports import PreviewUrl as PreviewUrl
    from midakit.mida.models.reports import PreviewUrls as PreviewUrls
    from midakit.mida.models.reports import Result as Result
    from midakit.mida.models.reports import ShareLink as ShareLink
    from midakit.mida.models.reports import Timeseries as Timeseries
    from midakit.mida.models.reports import TimeseriesRow as TimeseriesRow
    from midakit.mida.models.reports import VariantResult as VariantResult
    from midakit.mida.models.status import Status as Status
    from midakit.mida.models.vocabulary import AnalysisMethod as AnalysisMethod
    from midakit.mida.models.vocabulary import BreakdownBy as BreakdownBy
    from midakit.mida.models.vocabulary import BuiltInMetric as BuiltInMetric
    from midakit.mida.models.vocabulary import CampaignStrategy as CampaignStrategy
    from midakit.mida.models.vocabulary import CommentSource as CommentSource
    from midakit.mida.models.vocabulary import Device as Device
    from midakit.mida.models.vocabulary import DistributionMode as DistributionMode
    from midakit.mida.models.vocabulary import FilterPreset as FilterPreset
    from midakit.mida.models.vocabulary import FilterRegion as FilterRegion
    from midakit.mida.models.vocabulary import FrequentistType as FrequentistType
    from midakit.mida.models.vocabulary import GoalPurpose as GoalPurpose
    from midakit.mida.models.vocabulary import GoalType as GoalType
    from midakit.mida.models.vocabulary import Membership as Membership
    from midakit.mida.models.vocabulary import MemberStatus as MemberStatus
    from midakit.mida.models.vocabulary import PageUrlRuleKind as PageUrlRuleKind
    from midakit.mida.models.vocabulary import PersonaParam as PersonaParam
    from midakit.mida.models.vocabulary import Principal as Principal
    from midakit.mida.models.vocabulary import ProjectStatus as ProjectStatus
    from midakit.mida.models.vocabulary import RecordStatus as RecordStatus
    from midakit.mida.models.vocabulary import ReportPhase as ReportPhase
    from midakit.mida.models.vocabulary import Role as Role
    from midakit.mida.models.vocabulary import RoleLabel as RoleLabel
    from midakit.mida.models.vocabulary import StatsEngine as StatsEngine
    from midakit.mida.models.vocabulary import TestType as TestType
    from midakit.mida.models.vocabulary import VariantStatus as VariantStatus

_NAMES = {
    "account": (
        "MyAccess",
        "TeamMember",
        "TeamMemberList",
    ),
    "comments": (
        "AddedComment",
        "Comment",
        "DeletedComment",
        "Discussion",
    ),
    "events": (
        "DeletedEvent",
        "Event",
        "EventDetails",
        "EventList",
        "EventResponse",
        "RecordedEvent",
        "UpdatedEvent",
    ),
    "exclusion_groups": (
        "CreatedExclusionGroup",
        "DeletedExclusionGroup",
        "ExclusionGroup",
        "ExclusionGroupList",
        "GroupTest",
        "UpdatedExclusionGroup",
    ),
    "experiments": (
        "AppliedConfiguration",
        "AppliedTargeting",
        "CreatedExperiment",
        "DeletedExperiment",
        "Experiment",
        "ExperimentDetails",
        "ExperimentList",
        "ExperimentResponse",
        "ExperimentStatus",
        "RolloutUpdated",
        "ServingStarted",
        "ServingStopped",
        "UpdatedExperiment",
        "Variant",
    ),
    "goals": (
        "CreatedGoal",
        "DeletedGoal",
        "Goal",
        "GoalDetails",
        "GoalList",
        "GoalRef",
        "GoalResponse",
        "UpdatedGoal",
    ),
    "inputs": (
        "AccountInput",
        "ControlInput",
        "ExperimentConfiguration",
        "GoalInput",
        "GroupTestInput",
        "Input",
        "PageUrlRule",
        "PersonaInput",
        "TargetingRules",
        "VariantInput",
    ),
    "personalization": (
        "AddedAccounts",
        "Campaign",
        "CampaignAccount",
        "CampaignList",
        "CampaignStatus",
        "CreatedCampaign",
        "Pipeline",
        "PipelineProgress",
    ),
    "projects": (
        "DeletedProject",
        "Project",
        "ProjectConfiguration",
        "ProjectConfigurationResponse",
        "ProjectList",
        "ProjectResponse",
        "SecondaryGoal",
    ),
    "reports": (
        "BatchedMetrics",
        "Breakdown",
        "Distribution",
        "DistributionVariant",
        "FailedBatch",
        "MetricDefinition",
        "MetricRow",
        "Metrics",
        "PreviewUrl",
        "PreviewUrls",
        "Result",
        "ShareLink",
        "Timeseries",
        "TimeseriesRow",
        "VariantResult",
    ),
    "status": ("Status",),
    "vocabulary": (
        "AnalysisMethod",
        "BreakdownBy",
        "BuiltInMetric",
        "CampaignStrategy",
        "CommentSource",
        "Device",
        "DistributionMode",
        "FilterPreset",
        "FilterRegion",
        "FrequentistType",
        "GoalPurpose",
        "GoalType",
        "MemberStatus",
        "Membership",
        "PageUrlRuleKind",
        "PersonaParam",
        "Principal",
        "ProjectStatus",
        "RecordStatus",
        "ReportPhase",
        "Role",
        "RoleLabel",
        "StatsEngine",
        "TestType",
        "VariantStatus",
    ),
}

_HOMES = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [*_HOMES]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
