"""Decision-grade statistics from the aggregates that Mida exports.

    from midakit import stats

    found = stats.analyze(result, config=configuration, timeseries=timeseries)
    print(found.verdict.kind, found.verdict.why)

Standard library only; numbers in, numbers out: nothing here knows a client, and results may be models
or plain dicts. Where there is no honest number there is None with a reason. Names are resolved on
first use, so the import takes almost no time.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.stats import plan as plan
    from midakit.stats.comparison import batch as batch
    from midakit.stats.comparison.always_valid import Sequential as Sequential
    from midakit.stats.comparison.always_valid import sequential as sequential
    from midakit.stats.comparison.conversion import RateComparison as RateComparison
    from midakit.stats.comparison.conversion import Rates as Rates
    from midakit.stats.comparison.conversion import rate_interval as rate_interval
    from midakit.stats.comparison.conversion import rates as rates
    from midakit.stats.comparison.means import MeanTest as MeanTest
    from midakit.stats.comparison.means import welch as welch
    from midakit.stats.comparison.multiplicity import adjust as adjust
    from midakit.stats.comparison.ratios import Orders as Orders
    from midakit.stats.comparison.ratios import ratio as ratio
    from midakit.stats.comparison.sample_ratio import *
    from midakit.stats.comparison.stability import Stability as Stability
    from midakit.stats.comparison.ztest import ZTest as ZTest
    from midakit.stats.comparison.ztest import z_test as z_test
    from midakit.stats.data.arms import Arm as Arm
    from midakit.stats.data.timeline import Day as Day
    from midakit.stats.data.timeline import DayArm as DayArm
    from midakit.stats.data.timeline import sequence as sequence
    from midakit.stats.data.totals import Rollup as Rollup
    from midakit.stats.data.totals import VariantTotals as VariantTotals
    from midakit.stats.data.totals import rollup as rollup
    from midakit.stats.decision.analysis import analyze as analyze
    from midakit.stats.decision.figures.secondary_metrics import Secondary as Secondary
    from midakit.stats.decision.figures.secondary_metrics import secondary as secondary
    from midakit.stats.decision.findings.analysis import Analysis as Analysis
    from midakit.stats.decision.findings.figures import Best as Best
    from midakit.stats.decision.findings.figures import Comparison as Comparison
    from midakit.stats.decision.findings.figures import MeanFigures as MeanFigures
    from midakit.stats.decision.findings.figures import PlannedTest as PlannedTest
    from midakit.stats.decision.findings.figures import RateFigures as RateFigures
    from midakit.stats.decision.findings.verdict import Guardrail as Guardrail
    from midakit.stats.decision.findings.verdict import Notice as Notice
    from midakit.stats.decision.findings.verdict import Outlook as Outlook
    from midakit.stats.decision.findings.verdict import Rollout as Rollout
    from midakit.stats.decision.findings.verdict import Verdict as Verdict
    from midakit.stats.decision.options.horizon import Horizon as Horizon
    from midakit.stats.decision.options.method import Method as Method
    from midakit.stats.decision.segments import Segment as Segment
    from midakit.stats.decision.segments import segments as segments
    from midakit.stats.types import StatsDataError as StatsDataError

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "decision.analysis": "analyze",
        "comparison.always_valid": "Sequential sequential",
        "types": "StatsDataError",
        "comparison.conversion": "RateComparison Rates rate_interval rates",
        "decision.figures.secondary_metrics": "Secondary secondary",
        "decision.segments": "Segment segments",
        "decision.findings.analysis": "Analysis",
        "decision.findings.figures": "Best Comparison MeanFigures PlannedTest RateFigures",
        "decision.findings.verdict": "Guardrail Notice Outlook Rollout Verdict",
        "comparison.means": "MeanTest welch",
        "decision.options.method": "Method",
        "decision.options.horizon": "Horizon",
        "comparison.stability": "Stability",
        "comparison.multiplicity": "adjust",
        "comparison.ratios": "Orders ratio",
        "comparison.sample_ratio": "SampleRatio srm srm_sequential",
        "data.arms": "Arm",
        "data.timeline": "Day DayArm sequence",
        "data.totals": "Rollup VariantTotals rollup",
        "comparison.ztest": "ZTest z_test",
        "": "plan batch=comparison.batch",
    },
)
