"""Bulk export: an account's numbers in files you can trust.

    plan -> run -> files

The plan is made once and frozen; a run works it off under the client's limiter; a log says which files
exist and which calls they cover, so that a resume knows exactly what is done.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.export.api import export as export
    from midakit.export.files.compact import compact as compact
    from midakit.export.files.reader import ExportTables as ExportTables
    from midakit.export.files.reader import open as open  # noqa: A004
    from midakit.export.files.stores import PlaceInUse as PlaceInUse
    from midakit.export.files.vacuum import vacuum as vacuum
    from midakit.export.files.verify import verify as verify
    from midakit.export.plan.plan import Plan as Plan
    from midakit.export.plan.planner import make_plan as make_plan
    from midakit.export.plan.request import ExportRequest as ExportRequest
    from midakit.export.plan.spec import Spec as Spec
    from midakit.export.rows.frames import to_arrow as to_arrow
    from midakit.export.rows.frames import to_pandas as to_pandas
    from midakit.export.rows.frames import to_polars as to_polars
    from midakit.export.run.report import ExportReport as ExportReport

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "run.report": "ExportReport",
        "plan.request": "ExportRequest",
        "plan.plan": "Plan",
        "plan.spec": "Spec",
        "files.compact": "compact",
        "files.reader": "ExportTables open",
        "files.stores": "PlaceInUse",
        "files.vacuum": "vacuum",
        "api": "export",
        "plan.planner": "make_plan",
        "rows.frames": "to_arrow to_pandas to_polars",
        "files.verify": "verify",
    },
)
