"""Models are types of pydantic: FastAPI returns them, and its documentation shows their fields."""

import json
import subprocess
import sys

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from midakit.core.models.decode import loads
from midakit.core.models.model import Model, fields
from midakit.models import Experiment, ExperimentDetails, Result, Status, Timeseries, VariantResult
from support.answers import example, examples

CASES = [case for case in examples() if issubclass(case[1], Model)]
ROW = {
    "variant_id": "0", "name": "Control", "visitors": 3, "conversions": 1, "conversion_rate": 33.3,
    "is_control": True,
}  # fmt: skip


def result():
    return loads(Result, example("get_experiment_result"))


@pytest.fixture
def browser():
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    app = FastAPI()

    @app.get("/result")
    def read() -> Result:
        return result()

    @app.get("/experiments", response_model_exclude_none=True)
    def listed() -> list[Experiment]:
        return [Experiment(test_id=1, status=Status.LIVE)]

    @app.get("/broken")
    def broken() -> Result:
        return loads(Result, b'{"variants": null, "status": null}')

    return TestClient(app)


def test_fastapi_returns_a_model(browser):
    """The response has the fields of the model, nested ones included, with their types."""
    found = browser.get("/result").json()
    assert found["status"] == "live"
    assert [row["visitors"] for row in found["variants"]] == [1500, 1480]
    assert set(found) == {field.name for field in fields(Result)}
    assert found["start_date"] == result().start_date.isoformat().replace("+00:00", "Z")


def test_fastapi_leaves_out_what_it_is_told_to(browser):
    """The options of a route work as for models of pydantic."""
    assert browser.get("/experiments").json() == [{"test_id": 1, "status": "live"}]


@pytest.mark.filterwarnings("error")
def test_a_broken_promise_is_no_error_of_the_service(browser):
    """A required field that did not come is null, and lists are empty."""
    found = browser.get("/broken")
    assert found.status_code == 200
    assert (found.json()["test_id"], found.json()["variants"]) == (None, [])


def test_openapi_shows_the_fields(browser):
    """Each model has its name, and each field its type and its meaning."""
    shown = browser.get("/openapi.json").json()["components"]["schemas"]
    assert {"Result", "VariantResult", "Breakdown", "GoalRef", "Experiment"} <= set(shown)
    row = shown["VariantResult"]
    assert row["properties"]["visitors"] == {
        "type": "integer", "title": "Visitors", "description": "Visitors who saw this variant.",
    }  # fmt: skip
    assert set(row["required"]) == set(ROW)
    assert {"type": "null"} in row["properties"]["improvement"]["anyOf"]
    assert shown["Result"]["properties"]["status"]["type"] == "string"
    assert shown["Result"]["description"].startswith("Visitors and conversions per variant")


@pytest.mark.parametrize(("cls", "body"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_every_answer_goes_there_and_back(cls, body):
    """What an adapter writes of a documented answer, it reads as the same model."""
    found, adapter = loads(cls, body), TypeAdapter(cls)
    assert adapter.validate_python(found) is found
    assert adapter.validate_json(adapter.dump_json(found)) == found
    for mode in ("validation", "serialization"):
        told = adapter.json_schema(mode=mode)["properties"]
        assert all(one.get("description") for one in told.values())


def test_rare_fields_are_written():
    """Those that a row decodes on demand are part of what it is."""
    found = loads(Timeseries, b'{"timeseries": [{"variant_id": "0", "quantity": "3"}]}')
    assert TypeAdapter(Timeseries).dump_python(found)["timeseries"][0]["quantity"] == 3.0


@pytest.mark.parametrize("gone", sorted(ROW))
def test_what_is_promised_must_be_there(gone):
    """Validating is stricter than decoding."""
    adapter = TypeAdapter(VariantResult)
    assert adapter.validate_python(ROW) == VariantResult(**ROW)
    with pytest.raises(ValidationError, match=gone):
        adapter.validate_python({name: ROW[name] for name in ROW if name != gone})


def test_a_value_that_does_not_fit_is_refused():
    """And the error names the field."""
    with pytest.raises(ValidationError, match="visitors"):
        TypeAdapter(VariantResult).validate_python({**ROW, "visitors": "many"})
    with pytest.raises(ValidationError, match="status"):
        TypeAdapter(Result).validate_json(json.dumps({"status": True}))


def test_a_model_of_pydantic_takes_attributes():
    """`from_attributes` reads an answer, nested rows included; a model may be a field."""

    class Row(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        name: str
        visitors: int

    class Summary(BaseModel):
        model_config = ConfigDict(from_attributes=True)
        status: Status
        variants: list[Row]
        first: VariantResult | None = None

    found = Summary.model_validate(result())
    found.first = result().variants[0]
    assert [row.name for row in found.variants] == [row.name for row in result().variants]
    dumped = found.model_dump(mode="json")
    assert (dumped["status"], dumped["first"]["variant_id"]) == ("live", "0")


def test_a_class_of_the_user_is_described_too():
    """A model that was made without its source has a schema all the same."""
    made = type("Narrow", (ExperimentDetails,), {"__module__": "elsewhere"})
    assert "test_id" in TypeAdapter(made).json_schema(mode="serialization")["properties"]


def test_pydantic_is_not_imported_before_it_asks():
    """Whoever has no use for it pays nothing."""
    program = "import sys, midakit.models as m; m.Result(); sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
