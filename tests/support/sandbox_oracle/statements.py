"""What the three reports count, as one statement each."""

from pathlib import Path
from tempfile import TemporaryDirectory

from midakit.sandbox.reports.goals import choose_goal, is_event_backed
from midakit.sandbox.reports.metrics import defined_metrics
from midakit.sandbox.reports.report_query import read_report_query
from support.sandbox_oracle.filters import event_attribute_condition
from support.sandbox_oracle.goals import event_condition, goal_condition
from support.sandbox_oracle.schema import create, insert
from support.sandbox_oracle.sql_values import SqlValues
from support.sandbox_oracle.units import ReportUnits

_MONEY = ("e.revenue", "e.quantity")
_PAGEVIEW = "e.event_text = '!pageview'"
_ENGAGED = "(e.event_text IN ('!click', '!submit') OR e.event_type = 2)"


class Oracle:
    """A data set in DuckDB, and what each report counts in it."""

    def __init__(self, lines, projects):
        import duckdb

        self._connection = duckdb.connect(":memory:")
        create(self._connection)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "lines.jsonl"
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            insert(self._connection, path, projects)

    def close(self):
        self._connection.close()

    def query(self, sql, values=None):
        return self._connection.execute(sql, values or {}).fetchall()

    def result(self, context, params):
        """(segment, variant) -> visitors, conversions, revenue, orders."""
        goal = _Goal(context, params)
        head, hits = goal.units.sql(params.get("breakdown_by") or None), goal.hits("e.revenue")
        rows = self.query(
            f"""
        WITH {head}, hits AS ({hits}),
        converted AS (
          SELECT variant, segment, visitor_id, sum(revenue) AS revenue, count(revenue) AS orders
          FROM hits GROUP BY ALL HAVING count(*) >= {goal.least}),
        counted AS (
          SELECT variant, segment, count(*) AS visitors, 0 AS conversions, 0 AS revenue, 0 AS orders
          FROM units GROUP BY ALL
          UNION ALL
          SELECT variant, segment, 0, count(*), coalesce(sum(revenue), 0), sum(orders)
          FROM converted GROUP BY ALL)
        SELECT segment, variant, sum(visitors)::BIGINT, sum(conversions)::BIGINT, sum(revenue),
          sum(orders)::BIGINT FROM counted GROUP BY ALL
        """,
            goal.values.bound,
        )
        return {(segment, variant): tuple(figures) for segment, variant, *figures in rows}

    def timeseries(self, context, params):
        """(day, variant) -> what one row of the answer is made of."""
        goal = _Goal(context, params)
        head = goal.units.sql()
        hits = goal.hits("e.revenue", "e.quantity", "e.created_at", "e.event_id")
        tz = goal.values.bind(goal.query.tz)
        rows = self.query(
            f"""
        WITH {head}, hits AS ({hits}),
        counted AS (
          SELECT *, count(*) OVER (PARTITION BY variant, visitor_id) AS matches,
            row_number() OVER (PARTITION BY variant, visitor_id ORDER BY created_at, event_id)
              AS place
          FROM hits),
        kept AS (
          SELECT *, cast(created_at + {tz} AS DATE) AS day FROM counted
          WHERE matches >= {goal.least}),
        spent AS (
          SELECT day, variant, visitor_id, cast(sum(revenue) AS DECIMAL(18,4)) AS revenue,
            count(revenue) AS orders,
            sum(coalesce(quantity, 1)) FILTER (WHERE revenue IS NOT NULL) AS quantity
          FROM kept GROUP BY ALL),
        parts AS (
          SELECT cast(entered_at + {tz} AS DATE) AS day, variant, 1 AS visitors, 0 AS converted,
            0::DECIMAL(18,4) AS revenue, 0 AS orders, 0::DECIMAL(18,4) AS quantity FROM units
          UNION ALL
          SELECT day, variant, 0, 1, 0, 0, 0 FROM kept WHERE place = {goal.least}
          UNION ALL
          SELECT day, variant, 0, 0, revenue, orders, quantity FROM spent WHERE orders > 0)
        SELECT day, variant, sum(visitors)::BIGINT, sum(converted)::BIGINT, sum(revenue),
          sum(orders)::BIGINT, sum(quantity), sum(revenue * revenue),
          sum(orders * orders)::BIGINT, sum(revenue * orders::INTEGER)
        FROM parts GROUP BY ALL ORDER BY day, variant
        """,
            goal.values.bound,
        )
        return {(day, variant): tuple(figures) for day, variant, *figures in rows}

    def metrics(self, context, params):
        """variant -> units, then for each metric: units with any event, events, units with one."""
        query, values = read_report_query(context, params), SqlValues()
        units = ReportUnits(context, query, values)
        head = units.sql()
        metrics = defined_metrics(context, params, [])
        tests = [_metric_condition(metric, values) for metric in metrics]
        flags = [f"({test}) AS m{place}" for place, test in enumerate(tests)]
        hits = units.hits(
            " OR ".join(tests) or "false", columns=", ".join(flags) or "1", window=False
        )
        per_unit = [f"count(*) FILTER (WHERE m{place}) AS m{place}" for place in range(len(tests))]
        sums = [
            f"count(*) FILTER (WHERE m{p} > 0), coalesce(sum(m{p}), 0)::BIGINT, "
            f"count(*) FILTER (WHERE m{p} = 1)"
            for p in range(len(tests))
        ]
        rows = self.query(
            f"""
        WITH {head}, hits AS ({hits}),
        per_unit AS (
          SELECT {", ".join(["variant", "visitor_id", *per_unit])}
          FROM hits GROUP BY variant, visitor_id)
        SELECT {", ".join(["u.variant", "count(*)", *sums])}
        FROM units u LEFT JOIN per_unit h ON h.variant = u.variant AND h.visitor_id = u.visitor_id
        GROUP BY u.variant
        """,
            values.bound,
        )
        return {variant: tuple(figures) for variant, *figures in rows}


class _Goal:
    """The parts of a report on one goal."""

    def __init__(self, context, params):
        self.query, self.values = read_report_query(context, params), SqlValues()
        self._goal, _ = choose_goal(context, params)
        self._condition = "false" if self._goal is None else goal_condition(self._goal, self.values)
        self._backed = is_event_backed(self._goal)
        if self._backed:
            properties = event_attribute_condition(self.query.event_attribute, self.values)
            self._condition = f"{self._condition} AND {properties}"
        self.least = self.query.min_count if self._backed else 1
        self.units = ReportUnits(context, self.query, self.values)

    def hits(self, *columns):
        shown = [
            f"cast(NULL AS DECIMAL(18,4)) AS {name.removeprefix('e.')}"
            if name in _MONEY and not self._backed
            else name
            for name in columns
        ]
        return self.units.hits(self._condition, columns=", ".join(shown), window=self._backed)


def _metric_condition(metric, values):
    if metric.text in ("_pageview", "BounceRate"):
        return _PAGEVIEW
    if metric.text == "_engagement":
        return _ENGAGED
    if metric.goal is None:
        return event_condition(metric.text, values)
    return goal_condition(metric.goal, values)
