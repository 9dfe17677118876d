"""Reports: what an experiment tested and what to make of it, on one page that needs no network.

    report = await mida.report(1234, segments={"mobile": F.device == "mobile"})
    report.save("report.html")

Numbers come from `midakit.stats`; charts are SVG that needs no library, no script and no address.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.report.charts.chart import Chart as Chart
    from midakit.report.experiment_data import ExperimentData as ExperimentData
    from midakit.report.experiment_data import MissingPart as MissingPart
    from midakit.report.report import Report as Report

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "charts.chart": "Chart",
        "experiment_data": "ExperimentData MissingPart",
        "report": "Report",
    },
)
