"""Decision-grade statistics from the aggregates that Mida exports.

    from midakit import stats

    found = stats.analyze(result, config=configuration, timeseries=timeseries)
    print(found.verdict.kind, found.verdict.why)

Standard library only; numbers in, numbers out: nothing here knows a client, and results may be models
or plain dicts. Where there is no honest number there is None with a reason.
"""

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
from midakit.stats.secondary import Secondary as Secondary
from midakit.stats.secondary import Segment as Segment
from midakit.stats.secondary import secondary as secondary
from midakit.stats.secondary import segments as segments
from midakit.stats.timeline import sequence as sequence
from midakit.stats.totals import Rollup as Rollup
from midakit.stats.totals import VariantTotals as VariantTotals
from midakit.stats.totals import rollup as rollup
from midakit.stats.ztest import ZTest as ZTest
from midakit.stats.ztest import z_test as z_test
