"""Fields whose type has no None: the contract's examples show them, and a server without them is read."""

import json

import pytest

from midakit.core.models import decode
from midakit.core.models.decode import loads
from midakit.core.models.locate import is_list, may_be_none
from midakit.core.models.model import Model, fields
from midakit.mida import models
from support.answers import examples

CASES = [case for case in examples() if issubclass(case[1], Model)]


def promised(cls):
    """The fields of a model that are typed without None."""
    return [one.name for one in fields(cls) if not may_be_none(one.type) and not is_list(one.type)]


def within(model):
    """A model and all models beneath it."""
    yield model
    for one in fields(type(model)):
        value = getattr(model, one.name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Model):
                yield from within(inner)


CLASSES = [
    cls
    for cls in (getattr(models, name) for name in models.__all__)
    if isinstance(cls, type) and issubclass(cls, Model) and promised(cls)
]


def test_ids_and_names_are_promised():
    """The property below is about these, not about nothing."""
    assert {"test_id", "test_name", "status"} <= set(promised(models.Experiment))
    assert {"variant_id", "visitors", "conversions"} <= set(promised(models.VariantResult))
    assert "improvement" not in promised(models.VariantResult)
    assert len(CLASSES) > 40


@pytest.mark.parametrize(("cls", "body"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_examples_keep_the_promises(cls, body):
    """Every field that is typed without None has a value in every documented answer."""
    for model in within(loads(cls, body)):
        for name in promised(type(model)):
            assert getattr(model, name) is not None, (type(model), name)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_broken_promise_costs_nothing_else(cls, monkeypatch):
    """Missing and null are None, as for every other field, and are read the fast way."""
    monkeypatch.setattr(decode, "_tolerant", None)
    names = promised(cls)
    for sent in ({}, dict.fromkeys(names)):
        found = loads(cls, json.dumps(sent).encode())
        assert all(getattr(found, name) is None for name in names)
        assert found.to_dict() == sent
