"""Every documented answer becomes a model and goes back to JSON."""

import copy
import json
import pickle
from pathlib import Path

import pytest

from midakit.core.models.decode import loads
from support.answers import ANSWERS, EXAMPLES, examples

CASES = list(examples())
each = pytest.mark.parametrize(("cls", "body"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])


def test_every_answer_example_has_a_model():
    """No example of an answer is left out of these tests."""
    answers = {
        file.name.partition(".")[0]
        for file in Path(EXAMPLES).glob("*.json")
        if "request" not in file.name and not file.name.startswith("launchdarkly")
    }
    assert answers == set(ANSWERS)


@each
def test_example_is_wholly_known(cls, body):
    """An example holds nothing that a strict client would object to."""
    assert loads(cls, body, on_unknown="error").undecoded == ()


@each
def test_example_comes_back_as_it_was(cls, body):
    """`to_dict()` gives the very object that the server sent, in its order."""
    back = loads(cls, body).to_dict()
    assert back == json.loads(body)
    assert list(back) == list(json.loads(body))


@each
def test_both_paths_agree(cls, body):
    """The fast and the tolerant path give equal models."""
    assert loads(cls, body) == loads(cls, body, on_unknown="error")


@each
def test_copies_are_whole(cls, body):
    """A pickled, copied or deep-copied model is equal and still has everything the server sent."""
    widened = json.dumps({**json.loads(body), "surprise": [1]}).encode()
    model = loads(cls, widened)
    for twin in (pickle.loads(pickle.dumps(model)), copy.copy(model), copy.deepcopy(model)):
        assert twin == model
        assert twin.extra["surprise"] == [1]
        assert twin.to_dict() == json.loads(widened)
