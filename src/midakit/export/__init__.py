"""Bulk export: an account's numbers in files you can trust.

    plan -> run -> files

The plan is made once and frozen; a run works it off under the client's limiter; every file commits
itself together with the ids of the calls it covers, so that a resume knows exactly what is done.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.export.checking import verify as verify
    from midakit.export.compacting import compact as compact
    from midakit.export.exporting import export as export
    from midakit.export.frames import to_arrow as to_arrow
    from midakit.export.frames import to_pandas as to_pandas
    from midakit.export.frames import to_polars as to_polars
    from midakit.export.plan import Plan as Plan
    from midakit.export.plan import Spec as Spec
    from midakit.export.planning import plan as plan
    from midakit.export.report import ExportReport as ExportReport

_HOMES = {
    "ExportReport": "midakit.export.report",
    "Plan": "midakit.export.plan",
    "Spec": "midakit.export.plan",
    "compact": "midakit.export.compacting",
    "export": "midakit.export.exporting",
    "plan": "midakit.export.planning",
    "to_arrow": "midakit.export.frames",
    "to_pandas": "midakit.export.frames",
    "to_polars": "midakit.export.frames",
    "verify": "midakit.export.checking",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'midakit.export' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
