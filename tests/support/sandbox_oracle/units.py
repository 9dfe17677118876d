"""The common head of every statement: who is counted, and which of their events."""

from dataclasses import dataclass

from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.report_query import ReportQuery
from midakit.sandbox.state.timestamps import naive_utc
from support.sandbox_oracle.filters import (
    USER_TYPE,
    custom_filter_conditions,
    filter_by_conditions,
)
from support.sandbox_oracle.sql_values import SqlValues

_ROW = {"pre_deploy": "NOT is_serving", "post_deploy": "is_serving", "all_time": "true"}
_NO_SEGMENT = "cast(NULL AS VARCHAR)"


@dataclass(frozen=True, slots=True)
class ReportUnits:
    context: ReportContext
    query: ReportQuery
    values: SqlValues

    def sql(self, breakdown: str | None = None) -> str:
        tests = [
            *filter_by_conditions(self.query.tokens, self.values),
            *custom_filter_conditions(self.query, naive_utc(self.context.now), self.values),
            *self._dates("c.entered_at"),
        ]
        variants = [int(variant["variant_id"]) for variant in self.context.experiment["variants"]]
        return f"""
        rows_ AS (
          SELECT visitor_id, variant, is_serving, entered_at, next_at FROM assignments
          WHERE test_id = {self.values.bind(self.context.experiment["test_id"])}
            AND {self.values.among("variant", variants)} AND {_ROW[self.query.phase]}),
        entries AS (
          SELECT visitor_id, variant, min(entered_at) AS entered_at FROM rows_ GROUP BY ALL),
        units AS (
          SELECT c.visitor_id, c.variant, c.entered_at, {_segment(breakdown)} AS segment
          FROM entries c JOIN visitors v USING (visitor_id)
          WHERE {" AND ".join(tests) or "true"})"""

    def hits(self, condition: str, *, columns: str, window: bool) -> str:
        limits = [f"({condition})", *self._dates("e.created_at"), *self._phase()]
        if window and self.query.window is not None:
            limits.append(f"e.created_at < u.entered_at + {self.values.bind(self.query.window)}")
        return f"""
          SELECT u.visitor_id, u.variant, u.segment, {columns}
          FROM units u JOIN rows_ r ON r.visitor_id = u.visitor_id AND r.variant = u.variant
          JOIN events e ON e.visitor_id = u.visitor_id AND e.created_at >= r.entered_at
            AND (r.next_at IS NULL OR e.created_at < r.next_at)
          WHERE e.status = 1 AND {" AND ".join(limits)}"""

    def _dates(self, column: str) -> list[str]:
        bounds = self.query.bounds
        if bounds is None:
            return []
        first, last = (self.values.bind(bound) for bound in bounds)
        return [f"{column} >= {first} AND {column} < {last}"]

    def _phase(self) -> list[str]:
        if self.query.phase == "all_time":
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
