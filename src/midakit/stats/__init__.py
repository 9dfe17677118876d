"""Decision-grade statistics from the aggregates that Mida exports.

    from midakit import stats

    found = stats.analyze(result, config=configuration, timeseries=timeseries)
    print(found.verdict.kind, found.verdict.why)

Standard library only; numbers in, numbers out: nothing here knows a client, and results may be models
or plain dicts. Where there is no honest number there is None with a reason. Names are resolved on
first use, so the import costs next to nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.stats import batch as batch
    from midakit.stats import plan as plan
    from midakit.stats.analysis import analyze as analyze
    from midakit.stats.anytime import Sequential as Sequential
    from midakit.stats.anytime import sequential as sequential
    from midakit.stats.checks import StatsDataError as StatsDataError
    from midakit.stats.conversion import RateComparison as RateComparison
    from midakit.stats.conversion import Rates as Rates
    from midakit.stats.conversion import rate_interval as rate_interval
    from midakit.stats.conversion import rates as rates
    from midakit.stats.families import Secondary as Secondary
    from midakit.stats.families import Segment as Segment
    from midakit.stats.families import secondary as secondary
    from midakit.stats.families import segments as segments
    from midakit.stats.findings import Analysis as Analysis
    from midakit.stats.findings import Arm as Arm
    from midakit.stats.findings import Best as Best
    from midakit.stats.findings import Comparison as Comparison
    from midakit.stats.findings import Day as Day
    from midakit.stats.findings import DayArm as DayArm
    from midakit.stats.findings import MeanFigures as MeanFigures
    from midakit.stats.findings import Notice as Notice
    from midakit.stats.findings import Outlook as Outlook
    from midakit.stats.findings import RateFigures as RateFigures
    from midakit.stats.findings import Verdict as Verdict
    from midakit.stats.means import MeanTest as MeanTest
    from midakit.stats.means import welch as welch
    from midakit.stats.method import Method as Method
    from midakit.stats.multiplicity import adjust as adjust
    from midakit.stats.ratios import Orders as Orders
    from midakit.stats.ratios import ratio as ratio
    from midakit.stats.samples import SampleRatio as SampleRatio
    from midakit.stats.samples import srm as srm
    from midakit.stats.samples import srm_sequential as srm_sequential
    from midakit.stats.timeline import sequence as sequence
    from midakit.stats.totals import Rollup as Rollup
    from midakit.stats.totals import VariantTotals as VariantTotals
    from midakit.stats.totals import rollup as rollup
    from midakit.stats.ztest import ZTest as ZTest
    from midakit.stats.ztest import z_test as z_test

_HOMES = {
    name: home
    for home, names in {
        "analysis": "analyze",
        "anytime": "Sequential sequential",
        "checks": "StatsDataError",
        "conversion": "RateComparison Rates rate_interval rates",
        "families": "Secondary Segment secondary segments",
        "findings": "Analysis Arm Best Comparison Day DayArm MeanFigures Notice Outlook RateFigures Verdict",
        "means": "MeanTest welch",
        "method": "Method",
        "multiplicity": "adjust",
        "ratios": "Orders ratio",
        "samples": "SampleRatio srm srm_sequential",
        "timeline": "sequence",
        "totals": "Rollup VariantTotals rollup",
        "ztest": "ZTest z_test",
    }.items()
    for name in names.split()
}
_MODULES = ("batch", "plan")

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
