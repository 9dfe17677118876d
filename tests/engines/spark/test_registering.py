"""What a session is told, warned of and refused, without a Spark."""

import pickle
import sys
from importlib import import_module
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import ConfigurationError, InvalidRequest
from midakit.engines.spark import _check, register
from midakit.engines.spark.connect import SessionSettings
from midakit.engines.spark.options import parse_options
from midakit.engines.spark.slices import MOST, cut, offset, position
from midakit.errors import MissingExtra
from midakit.export.plan.plan import Plan


@given(count=st.integers(0, 3000), slots=st.integers(1, 64), pieces=st.none() | st.integers(1, 100))
def test_slices_hold_every_call_once_in_order(count, slots, pieces):
    """None is empty, none is much larger than another, and a lost task repeats a bounded number."""
    found = cut(range(count), slots, pieces)
    assert [one for piece in found for one in piece] == list(range(count))
    sizes = {len(piece) for piece in found}
    assert not sizes or (min(sizes) >= 1 and max(sizes) - min(sizes) <= 1)
    if pieces is None:
        assert max(sizes, default=0) <= MOST
        assert len(found) == min(count, slots) or len(found) % slots == 0
    else:
        assert len(found) == min(count, pieces)


def test_an_offset_belongs_to_its_plan():
    """A place in another plan is an error, not other rows."""
    plan = Plan(specs=(), created_at="2026-01-01")
    assert position(plan, offset(plan, 7)) == 7
    with pytest.raises(ConfigurationError, match="belong together"):
        position(plan, {"plan": "another", "position": 7})


def test_options_read_either_way():
    """Spark's options are text without case: `startDate` and `start_date` are one."""
    one = parse_options(
        {"TABLE": "results", "startDate": "2026-01-01", "testids": "1, 2", "filter-by": "a,b"}
    )
    two = parse_options(
        {"table": "results", "start_date": "2026-01-01", "test_ids": "1, 2", "filter_by": "a,b"}
    )
    assert one == two
    assert one.wanted() == {
        "kinds": ("results",), "start_date": "2026-01-01", "test_ids": (1, 2), "filter_by": ("a", "b"),
    }  # fmt: skip
    goals = parse_options({"table": "results", "goals": "thank_you_page, 501"}).wanted()["goals"]
    assert goals == ("thank_you_page", 501)
    with pytest.raises(InvalidRequest, match="a list like 1001,1002"):
        parse_options({"table": "results", "test_ids": "1001 to 1003"}).wanted()


@pytest.mark.parametrize(
    "name", ["api_key", "apiKey", "x-api-key", "TOKEN", "midaApiKey", "password"]
)
def test_no_option_takes_a_key(name):
    """However it is called; its value is not repeated."""
    with pytest.raises(ConfigurationError, match="must not be an option") as refused:
        parse_options({"table": "results", name: "SECRET-1"})
    assert "SECRET-1" not in str(refused.value)


def test_speculation_is_warned_of():
    """Twice the requests, for the same rows."""
    with pytest.warns(UserWarning, match="speculation is on"):
        _check({"spark.speculation": "true"})
    _check({"spark.speculation": "false"})


@pytest.mark.parametrize(
    "setting", ["executorEnv", "yarn.appMasterEnv", "kubernetes.driverEnv", "mesos.driverEnv"]
)
def test_a_key_in_spark_s_settings_is_refused_where_spark_would_show_it(setting: str) -> None:
    """Spark's own redaction does not know MIDA_API_KEY; one that does is fine."""
    shown = {f"spark.{setting}.MIDA_API_KEY": "SECRET-1"}
    with pytest.raises(ConfigurationError, match="shows the key to everyone") as refused:
        _check(
            {**shown, "spark.redaction.regex": "(?i)secret|password|token|access[.]?key|api[.]?key"}
        )
    assert "SECRET-1" not in str(refused.value)
    with pytest.raises(ConfigurationError):
        _check(shown)
    _check({**shown, "spark.redaction.regex": "(?i)secret|api.?key"})


def test_what_travels_to_workers_keeps_your_function_to_itself():
    """It pickles, and its repr does not show the function that reads the key."""
    shared = SessionSettings(rps=5, slots=2, key=str.upper)
    assert pickle.loads(pickle.dumps(shared)) == shared
    assert "upper" not in repr(shared)


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("pyspark", "spark.register", "spark"),
        ("dlt", "dlt.source", "dlt"),
        ("deltalake", "delta.load", "delta"),
    ],
)
def test_a_missing_package_names_its_extra(monkeypatch, module, name, extra):
    """`pip install 'midakit[spark]'`, and so on."""
    monkeypatch.setitem(sys.modules, module, None)
    home, function = name.split(".")
    with pytest.raises(MissingExtra, match=rf"midakit\[{extra}\]"):
        getattr(import_module(f"midakit.engines.{home}"), function)(
            "x", **({"into": "y"} if extra == "delta" else {})
        )


class Connect:
    """A Spark Connect client: no context, a session's settings."""

    def __init__(self):
        self.registered, self.set = [], {}
        self.dataSource = SimpleNamespace(register=self.registered.append)
        self.conf = SimpleNamespace(set=self.set.__setitem__)

    @property
    def sparkContext(self):
        raise RuntimeError("not supported in Spark Connect")


@pytest.mark.skipif(
    find_spec("pyspark") is None, reason="pyspark is not installed (the extra `spark`)"
)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": "SECRET-1"}, "key: a function that reads the key"),
        ({"slots": -1}, "slots: -1"),
        ({"slots": "many"}, "slots: 'many'"),
    ],
)
def test_what_no_task_can_go_by_is_refused_on_the_driver(wrong: dict[str, Any], said: str) -> None:
    """A key that stands where its reader belongs is not repeated, and travels nowhere."""
    spark = Connect()
    with pytest.raises(ConfigurationError, match=said) as refused:
        register(spark, **wrong)
    assert "SECRET-1" not in str(refused.value)
    assert spark.registered == []


@pytest.mark.skipif(
    find_spec("pyspark") is None, reason="pyspark is not installed (the extra `spark`)"
)
def test_a_client_that_cannot_see_the_cluster_divides_by_all_tasks():
    """Nobody knows how many run at once, so the rate holds even if all do."""
    spark = Connect()
    with register(spark, rps=40) as registration:
        assert registration.session.rate(8).reserve(0.0) == pytest.approx(8 / 40)
        assert "slots unknown" in repr(registration)
    assert spark.set == {"spark.sql.python.filterPushdown.enabled": "true"}
    assert spark.registered[0].name() == "midakit"
    with register(spark, rps=40, slots=4) as registration:
        for tasks in (8, 2):  # other reads may run beside this one
            assert registration.session.rate(tasks).reserve(0.0) == pytest.approx(4 / 40)
