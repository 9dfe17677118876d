"""Reports: what an experiment tested and what to make of it, on one page that needs no network.

    report = await mida.report(1234, segments={"mobile": F.device == "mobile"})
    report.save("report.html")

Numbers come from `midakit.stats`, charts from matplotlib (extra `report`), which draws SVG that needs
no script and no address.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.report.charts.chart import Chart as Chart
    from midakit.report.experiment_data import Dossier as Dossier
    from midakit.report.experiment_data import Gap as Gap
    from midakit.report.report import Report as Report

_HOMES = {
    "Chart": "charts.chart",
    "Dossier": "experiment_data",
    "Gap": "experiment_data",
    "Report": "report",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
