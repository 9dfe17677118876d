"""The common head of every report: who is counted, and which of their events.

rows    the experiment's assignments in the phase
units   one per (visitor, variant): the first entry, if it passes dates and filters
hits    events of a unit, each given to the latest row entered at or before it
"""

# ruff: noqa: S608 - statements are put together from fixed text; every value is bound

from dataclasses import dataclass

from midakit.sandbox.reports.custom_filter import custom_filter_conditions
from midakit.sandbox.reports.filter_by import filter_by_conditions
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery
from midakit.sandbox.reports.sql_values import SqlValues
from midakit.sandbox.reports.vocabulary import USER_TYPE
from midakit.sandbox.state.timestamps import naive_utc

_ROW = {"pre_deploy": "NOT is_serving", "post_deploy": "is_serving", "all_time": "true"}
_NO_SEGMENT = "cast(NULL AS VARCHAR)"


@dataclass(frozen=True, slots=True)
class ReportUnits:
    """Builds the SQL of the common head for one question."""

    context: ReportContext
    question: ReportQuery
    values: SqlValues

    def sql(self, breakdown: str | None = None) -> str:
        """`rows` and `units`, to follow WITH."""
        tests = [
            *filter_by_conditions(self.question.tokens, self.values),
            *custom_filter_conditions(self.question, naive_utc(self.context.now), self.values),
            *self._dates("c.entered_at"),
        ]
        variants = [int(variant["variant_id"]) for variant in self.context.experiment["variants"]]
        return f"""
        rows_ AS (
          SELECT visitor_id, variant, is_serving, entered_at, next_at FROM assignments
          WHERE test_id = {self.values.bind(self.context.experiment["test_id"])}
            AND {self.values.among("variant", variants)} AND {_ROW[self.question.phase]}),
        entries AS (
          SELECT visitor_id, variant, min(entered_at) AS entered_at FROM rows_ GROUP BY ALL),
        units AS (
          SELECT c.visitor_id, c.variant, c.entered_at, {_segment(breakdown)} AS segment
          FROM entries c JOIN visitors v USING (visitor_id)
          WHERE {" AND ".join(tests) or "true"})"""

    def hits(self, test: str, *, columns: str, window: bool) -> str:
        """The body of `hits`: events meeting `test`, in dates, phase and (if asked) window."""
        limits = [f"({test})", *self._dates("e.created_at"), *self._phase()]
        if window and self.question.window is not None:
            limits.append(f"e.created_at < u.entered_at + {self.values.bind(self.question.window)}")
        return f"""
          SELECT u.visitor_id, u.variant, u.segment, {columns}
          FROM units u JOIN rows_ r ON r.visitor_id = u.visitor_id AND r.variant = u.variant
          JOIN events e ON e.visitor_id = u.visitor_id AND e.created_at >= r.entered_at
            AND (r.next_at IS NULL OR e.created_at < r.next_at)
          WHERE e.status = 1 AND {" AND ".join(limits)}"""

    def _dates(self, column: str) -> list[str]:
        bounds = self.question.bounds
        if bounds is None:
            return []
        first, last = (self.values.bind(bound) for bound in bounds)
        return [f"{column} >= {first} AND {column} < {last}"]

    def _phase(self) -> list[str]:
        """In pre and post, an event counts for the row whose side of the serving it is on."""
        if self.question.phase == "all_time":
            return []
        served = []
        for period in self.context.experiment.get("serving_periods") or []:
            inside = f"e.created_at >= {self.values.bind(naive_utc(period['start']))}"
            if period.get("end"):
                inside += f" AND e.created_at < {self.values.bind(naive_utc(period['end']))}"
            served.append(f"({inside})")
        return [f"({' OR '.join(served) or 'false'}) = r.is_serving"]


def _segment(breakdown: str | None) -> str:
    if breakdown is None:
        return _NO_SEGMENT
    stored = f"({USER_TYPE})" if breakdown == "user_type" else f"v.{breakdown}"
    return f"CASE WHEN {stored} <> '' THEN {stored} ELSE 'unknown' END"
