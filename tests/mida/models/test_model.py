"""What every model can do."""

import gc
import inspect
import json
import pickle
import sys
import weakref

import pytest

from midakit.core.models.decode import loads
from midakit.core.models.places import Undecoded
from midakit.core.unset import UNSET
from midakit.errors import MidakitError, MissingExtra
from midakit.mida import models
from midakit.mida.models import (
    AccountInput,
    BatchedMetrics,
    ExperimentConfiguration,
    FailedBatch,
    GoalInput,
    Metrics,
    Result,
    Status,
    TargetingRules,
    Timeseries,
    VariantInput,
    VariantResult,
)
from support.answers import example


def test_every_public_name_resolves():
    """Each name that the package lists is there."""
    assert all(getattr(models, name).__name__ == name for name in models.__all__)


def test_unknown_name_is_an_attribute_error():
    """A name that is not there is refused as from any module."""
    with pytest.raises(AttributeError, match="Nonsense"):
        _ = models.Nonsense


def test_extra_of_nested_models():
    """Unknown fields are kept at every depth, next to the item that they came with."""
    body = json.loads(example("get_experiment_result"))
    body["variants"][1]["chance"] = 0.97
    body["primary_goal"]["colour"] = "red"
    result = loads(Result, json.dumps(body).encode())
    assert [variant.extra for variant in result.variants] == [{}, {"chance": 0.97}]
    assert result.primary_goal.extra == {"colour": "red"}


def test_changed_fields_go_back_changed():
    """`to_dict()` has what was set since, and the rest as it was sent."""
    result = loads(Result, example("get_experiment_result"))
    result.variants[0].visitors = 1
    result.end_date = result.start_date
    result.currency = None
    sent = json.loads(example("get_experiment_result"))
    sent["variants"][0]["visitors"] = 1
    sent["end_date"] = "2024-01-15T10:30:00Z"
    sent["currency"] = None
    assert result.to_dict() == sent


def test_to_dict_does_not_share_with_raw():
    """Changing the dict that came back does not change what the server sent."""
    result = loads(Result, b'{"new": {"a": [1]}}')
    result.to_dict()["new"]["a"].append(2)
    assert result.raw == {"new": {"a": [1]}}


def test_a_model_made_by_hand():
    """A model made by hand has no source, and writes only what was given."""
    row = VariantResult(variant_id="0", visitors=3)
    assert (row.raw, row.extra, row.undecoded) == ({}, {}, ())
    assert row.to_dict() == {"variant_id": "0", "visitors": 3}
    assert pickle.loads(pickle.dumps(row)) == row


def test_rare_fields_of_rows_are_read_when_asked_for():
    """A row's rare fields are typed, take part in comparisons and are no extras."""

    def row(**sent):
        return loads(Timeseries, json.dumps({"timeseries": [sent]}).encode()).timeseries[0]

    assert row(gross_profit="1.5", duration={"days": 1}).gross_profit == 1.5
    assert row(gross_profit="1.5", duration={"days": 1}).duration == {"days": 1}
    assert row(gross_profit="much").gross_profit is None
    assert row(quantity=1).extra == {}
    assert row(quantity=1) == row(quantity="1") != row(quantity=2)
    assert row() != "a row"


def test_a_pickled_row_leaves_its_answer_behind():
    """A row sent to another process takes its own part of the answer along, not the whole."""
    rows = [{"variant_id": str(i), "odd": i} for i in range(1000)]
    series = loads(Timeseries, json.dumps({"timeseries": rows}).encode())
    pickled = pickle.dumps(series.timeseries[7])
    assert len(pickled) < 2000
    assert pickle.loads(pickled).extra == {"odd": 7}


def test_copies_know_their_place():
    """Items of a copied answer keep their extras and what could not be read beneath them."""
    body = {"variants": [None, {"variant_id": "1", "visitors": [], "odd": 1}]}
    result = pickle.loads(pickle.dumps(loads(Result, json.dumps(body).encode())))
    assert result.variants[0].extra == {"odd": 1}
    assert [one.path for one in result.variants[0].undecoded] == [("visitors",)]
    assert result.to_dict() == body


def test_batched_metrics_remember_what_failed():
    """Metrics put together from several answers keep their failed groups through a pickle."""
    body = example("get_experiment_metrics")
    merged = loads(BatchedMetrics, body)
    assert merged.complete
    merged.failed = (FailedBatch(indexes=(1, 2), error=MidakitError("no")),)
    twin = pickle.loads(pickle.dumps(merged))
    assert not twin.complete
    assert twin.failed[0].indexes == (1, 2)
    assert twin.table() == loads(Metrics, body).table()
    assert twin.to_dict() == json.loads(body)


def test_no_reference_cycle():
    """Dropping an answer frees it without the garbage collector."""
    gc.disable()
    try:
        model = loads(Result, example("get_experiment_result"))
        _ = (model.extra, model.variants[0].raw, model.to_dict())
        there = [weakref.ref(model), weakref.ref(model.variants[0])]
        del model
        assert [one() for one in there] == [None, None]
    finally:
        gc.enable()


def test_repr_is_short():
    """A repr shows what is there, counts long lists and leaves out what is missing."""
    result = loads(Result, example("get_experiment_result"))
    assert "variants=[2 x VariantResult]" in repr(result)
    assert "status=Status.LIVE" in repr(result)
    assert "None" not in repr(result)
    assert len(repr(loads(Metrics, json.dumps({"test_name": "x" * 9999}).encode()))) < 150


def test_undecoded_is_a_plain_value():
    """What could not be read compares and prints like a tuple."""
    one = Undecoded(("a", 0), [], "a list instead of text")
    assert one == (("a", 0), [], "a list instead of text")


def test_a_missing_extra_is_named_and_a_notebook_falls_back(monkeypatch):
    """Without its library a convenience names the extra; a notebook shows what needs none."""
    for name in ("matplotlib", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    for name in [one for one in sys.modules if one.startswith("matplotlib.")]:
        monkeypatch.delitem(sys.modules, name)
    result = loads(Result, example("get_experiment_result"))
    with pytest.raises(MissingExtra, match=r"midakit\[matplotlib\]"):
        result.plot().figure()
    with pytest.raises(MissingExtra, match=r"midakit\[export\]"):
        result.to_arrow()
    assert "<svg" in result._repr_html_()


def test_conveniences_are_ordinary_methods():
    """Each of them says in `help` what it takes and what it needs."""
    assert list(inspect.signature(Result.plot).parameters) == ["self", "chart"]
    for method in (Result.to_arrow, Result.to_polars, Result.to_pandas):
        assert "MissingExtra:" in inspect.getdoc(method)


# Status


def test_status_forms_are_one():
    """Number, digits and label make the same status, equal to both forms."""
    for form in (Status(1), Status("1"), Status("LIVE"), Status.LIVE, 1, "live", "Live"):
        assert Status("live") == form
    assert hash(Status("draft")) == hash(9)
    assert str(Status(0)) == "inactive"
    assert Status.DRAFT != "live"


@pytest.mark.parametrize("value", [7, -3, "archived", "7"])
def test_unknown_status_is_kept(value):
    """A status that nobody knows yet keeps its form, equals itself and survives a pickle."""
    status = Status(value)
    assert not status.known
    assert status.label == str(value)
    assert pickle.loads(pickle.dumps(status)) == status == Status(value)
    assert status not in (Status.DRAFT, Status.LIVE, Status.INACTIVE)


@pytest.mark.parametrize("value", [True, None, 1.5, []])
def test_status_of_nothing_is_refused(value):
    """What is neither a number nor a label is no status."""
    with pytest.raises(ValueError, match="a number or a label"):
        Status(value)


# Inputs


def test_inputs_leave_out_what_was_not_given():
    """UNSET is left out, None is sent, flags become numbers, nested inputs become objects."""
    variant = VariantInput(nickname="Red", targeting=TargetingRules(device_rule=["mobile"]))
    assert variant.to_dict() == {"nickname": "Red", "targeting": {"device_rule": ["mobile"]}}
    settings = ExperimentConfiguration(is_mab=True, end_test_date=None)
    assert settings.to_dict() == {"is_mab": 1, "end_test_date": None}
    assert AccountInput(name="Klaviyo", domain=UNSET).to_dict() == {"name": "Klaviyo"}


def test_goal_value_is_text():
    """A goal's value given as a number is sent as text."""
    assert GoalInput("Scrolled", "scrolling", 75).to_dict()["goal_value"] == "75"


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (models.ControlInput, "ControlInput"),
        (models.GoalInput, "GoalInput"),
        (models.TargetingRules, "TargetingRules"),
        (models.VariantInput, "VariantInput"),
        (models.VariantInput, "VariantInput.dom_changes"),
        (models.ExperimentConfiguration, "ExperimentConfiguration"),
    ],
)
def test_inputs_write_the_documented_json(cls, name):
    """Each documented request part is what the typed input writes."""
    sent = json.loads(example(f"schemas/{name}"))
    assert cls(**sent).to_dict() == sent
