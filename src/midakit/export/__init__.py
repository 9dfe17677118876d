"""Bulk export: an account's numbers in files you can trust.

    plan -> run -> files

The plan is made once and frozen; a run works it off under the client's limiter; every file commits
itself together with the ids of the calls it covers, so that a resume knows exactly what is done.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.export.api import export as export
    from midakit.export.files.compact import compact as compact
    from midakit.export.files.verify import verify as verify
    from midakit.export.plan.planner import plan as plan
    from midakit.export.plan.spec import Plan as Plan
    from midakit.export.plan.spec import Spec as Spec
    from midakit.export.rows.frames import to_arrow as to_arrow
    from midakit.export.rows.frames import to_pandas as to_pandas
    from midakit.export.rows.frames import to_polars as to_polars
    from midakit.export.run.report import ExportReport as ExportReport

_HOMES = {
    "ExportReport": "midakit.export.run.report",
    "Plan": "midakit.export.plan.spec",
    "Spec": "midakit.export.plan.spec",
    "compact": "midakit.export.files.compact",
    "export": "midakit.export.api",
    "plan": "midakit.export.plan.planner",
    "to_arrow": "midakit.export.rows.frames",
    "to_pandas": "midakit.export.rows.frames",
    "to_polars": "midakit.export.rows.frames",
    "verify": "midakit.export.files.verify",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'midakit.export' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
