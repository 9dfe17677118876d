"""Which calls a filter leaves out: never one that could have had a row."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.core.call import Call
from midakit.engines.spark.pushdown import Rule, holds, kept, rules
from midakit.export.plan.spec import Spec


def spec(kind="results", **context):
    """A spec with a label."""
    call = Call(operation="x", method="GET", path="/x", query=(), answer=dict, safe=True)
    label = {"test_id": "7", "window_start": "2026-05-01", "window_end": "2026-05-31", **context}
    pairs = tuple((name, str(value)) for name, value in label.items() if value is not None)
    return Spec(kind=kind, project="p", call=call, context=pairs)


VALUES = {
    "test_id": st.integers(5, 9),
    "segment": st.none() | st.sampled_from(["mobile", "desktop", "m"]),
    "goal_key": st.sampled_from(["buy", "look"]),
    "project": st.sampled_from(["p", "q"]),
    "window_end": st.dates(date(2026, 5, 29), date(2026, 6, 2)),
}
SIGNS = ("=", "<=>", ">", ">=", "<", "<=")


@st.composite
def a_rule(draw):
    """Any filter on any column, its value of the column's type or null."""
    column = draw(st.sampled_from(sorted(VALUES)))
    sign = draw(st.sampled_from([*SIGNS, "in", "null", "starts", "contains"]))
    value = draw(st.none() | VALUES[column])
    if sign == "in":
        value = tuple(draw(st.lists(st.none() | VALUES[column], max_size=3)))
    if sign in ("starts", "contains") and column != "segment":
        sign = "="
    return Rule(column, sign, value, draw(st.booleans()))


def in_sql(rule, row):
    """SQL's own answer, by DuckDB."""
    import duckdb

    column, sign, value, negated = rule
    words = {"<=>": "is not distinct from", "starts": "starts_with", "contains": "contains"}
    if sign == "null":
        text, bound = "x is null", []
    elif sign == "in":
        text, bound = f"x in ({', '.join('?' * len(value)) or 'select 1 where false'})", list(value)
        if not value:
            text = "case when x is null then null else false end"
    elif sign in ("starts", "contains"):
        text, bound = f"{words[sign]}(x, ?)", [value]
    else:
        text, bound = f"x {words.get(sign, sign)} ?", [value]
    kind = {"test_id": "bigint", "window_end": "date"}.get(column, "varchar")
    sql = f"select {'not ' if negated else ''}({text}) from (select cast(? as {kind}) as x)"
    return duckdb.execute(sql, [*bound, row[column]]).fetchall()[0][0]


@given(rule=a_rule(), row=st.fixed_dictionaries(VALUES))
def test_a_rule_is_true_where_sql_says_so(rule, row):
    """Nulls and negations included."""
    assert (holds(rule, row[rule.column]) is True) == (in_sql(rule, row) is True)


@given(given_rules=st.lists(a_rule(), max_size=3), row=st.fixed_dictionaries(VALUES))
def test_a_call_is_kept_when_and_only_when_its_rows_can_match(given_rules, row):
    """The rows of a call share these columns; one that satisfies all rules is never left out."""
    one = attrs_of(row)
    expected = all(holds(rule, row[rule.column]) is True for rule in given_rules)
    assert (kept([one], given_rules) == [one]) is expected


def attrs_of(row):
    """A spec whose rows say what `row` says."""
    import attrs

    label = {name: row[name] for name in ("test_id", "segment", "goal_key", "window_end")}
    return attrs.evolve(spec(**label), project=row["project"])


DAYS = [
    (Rule("date", ">", date(2026, 6, 5)), False),
    (Rule("date", ">=", date(2026, 6, 1)), True),  # a day of grace, for zones
    (Rule("date", "<", date(2026, 4, 1)), False),
    (Rule("date", "=", date(2026, 5, 20)), True),
    (Rule("date", "in", (date(2025, 1, 1), date(2026, 8, 1))), False),
    (Rule("date", "=", date(2025, 1, 1), negated=True), True),
    (Rule("created_at", ">=", datetime(2026, 7, 1, tzinfo=UTC)), False),
    (Rule("created_at", "<", datetime(2026, 5, 2, tzinfo=UTC)), True),
    (Rule("visitors", ">", 10), True),
    (Rule("test_id", ">", "text"), True),
]


@pytest.mark.parametrize(("rule", "found"), DAYS)
def test_days_are_judged_by_the_call_s_window(rule, found):
    """What lies outside cannot be in the answer; what the plan does not know is asked."""
    assert bool(kept([spec("timeseries")], [rule])) is found


def test_a_goal_that_was_not_asked_for_is_not_known():
    """The server may name it in its rows, so such a call is kept."""
    assert kept([spec()], [Rule("goal_key", "=", "buy")])
    assert not kept([spec(goal_key="look")], [Rule("goal_key", "=", "buy")])
    assert kept([spec(goal_profile_id=7)], [Rule("goal_profile_id", "in", (7, 8))])
    assert not kept([spec(goal_profile_id=7)], [Rule("goal_profile_id", "=", 8)])


def test_listed_tables_are_kept_whole():
    """One call, many experiments: Spark looks at the rows."""
    assert kept([spec("experiments")], [Rule("test_id", "=", 1)])
    assert not kept([spec("experiments")], [Rule("project", "=", "other")])


def test_spark_s_filters_become_rules():
    """By their names; what has no rule (a nested column, an unknown filter) is Spark's alone."""

    def made(name, **fields):
        return type(name, (SimpleNamespace,), {})(**fields)

    one = made("EqualTo", attribute=("test_id",), value=1)
    found = rules(
        [
            one,
            made("Not", child=one),
            made("In", attribute=("segment",), value=("a", "b")),
            made("IsNotNull", attribute=("segment",)),
            made("IsNull", attribute=("segment",)),
            made("EqualTo", attribute=("a", "b"), value=1),
            made("Sounds", attribute=("segment",), value="x"),
            made("Not", child=made("Sounds", attribute=("segment",), value="x")),
        ]
    )
    assert found == [
        Rule("test_id", "=", 1),
        Rule("test_id", "=", 1, negated=True),
        Rule("segment", "in", ("a", "b")),
        Rule("segment", "null", None, negated=True),
        Rule("segment", "null", None),
    ]
