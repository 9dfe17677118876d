"""Models of the Mida V2 API: what comes back, and the typed inputs of what is sent.

A name's module is imported when the name is first used.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False  # as typing's, without importing typing
if TYPE_CHECKING:
    from midakit.mida.models.account import *
    from midakit.mida.models.comments import *
    from midakit.mida.models.distribution import *
    from midakit.mida.models.events import *
    from midakit.mida.models.exclusion_groups import *
    from midakit.mida.models.experiments import *
    from midakit.mida.models.goal_ref import *
    from midakit.mida.models.goals import *
    from midakit.mida.models.inputs import *
    from midakit.mida.models.links import *
    from midakit.mida.models.metrics import *
    from midakit.mida.models.personalization import *
    from midakit.mida.models.projects import *
    from midakit.mida.models.reports import *
    from midakit.mida.models.status import *
    from midakit.mida.models.timeseries import *
    from midakit.mida.models.vocabulary import *

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "account": "MyAccess TeamMember TeamMemberList",
        "comments": "AddedComment Comment DeletedComment Discussion",
        "distribution": "Distribution DistributionVariant",
        "events": "DeletedEvent Event EventDetails EventList EventResponse RecordedEvent "
        "UpdatedEvent",
        "exclusion_groups": "CreatedExclusionGroup DeletedExclusionGroup ExclusionGroup ExclusionGroupList "
        "GroupTest UpdatedExclusionGroup",
        "experiments": "AppliedConfiguration AppliedTargeting CreatedExperiment DeletedExperiment "
        "Experiment ExperimentDetails ExperimentList ExperimentResponse ExperimentStatus "
        "RolloutUpdated ServingStarted ServingStopped UpdatedExperiment Variant",
        "goal_ref": "GoalRef",
        "goals": "CreatedGoal DeletedGoal Goal GoalDetails GoalList GoalResponse UpdatedGoal",
        "inputs": "AccountInput ControlInput ExperimentConfiguration GoalInput GroupTestInput Input "
        "PageUrlRule PersonaInput TargetingRules VariantInput",
        "links": "PreviewUrl PreviewUrls ShareLink",
        "metrics": "BatchedMetrics FailedBatch MetricDefinition MetricRow Metrics",
        "personalization": "AddedAccounts Campaign CampaignAccount CampaignList CampaignStatus "
        "CreatedCampaign Pipeline PipelineProgress",
        "projects": "DeletedProject Project ProjectConfiguration ProjectConfigurationResponse "
        "ProjectList ProjectResponse SecondaryGoal",
        "reports": "Breakdown Result VariantResult",
        "status": "Status",
        "timeseries": "Timeseries TimeseriesRow",
        "vocabulary": "AnalysisMethod BreakdownBy BuiltInMetric CampaignStrategy CommentSource Device "
        "DistributionMode FilterPreset FilterRegion FrequentistType GoalPurpose GoalType "
        "MemberStatus Membership PageUrlRuleKind PersonaParam Principal ProjectStatus "
        "RecordStatus ReportPhase Role RoleLabel StatsEngine TestType VariantStatus",
    },
)
