"""Rules of nested lists that are newer than the package: sent as they are with a warning, or refused."""

import json

import pytest

from midakit import F, InvalidRequest, Mida
from midakit.mida import calls
from midakit.mida.filters.as_lists import doubts

CITY = [
    [{"criteria": "city", "operator": "is", "value": "Paris", "radius": 5}],
    [{"criteria": "device", "operator": "==", "value": "mobile"}],
]
MODE = [[{"criteria": "device", "operator": "==", "value": "mobile", "mode": "x"}]]
KNOWN = [[{"criteria": "device", "operator": "==", "value": "mobile"}]]
REPORTS = ("result", "timeseries", "metrics")


class Recorder:
    """A transport that is asked for nothing."""

    def __init__(self):
        self.asked = []

    def send(self, request):
        self.asked.append(request)
        raise AssertionError("it was sent")

    def close(self):
        pass


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("where", [CITY, MODE, json.dumps(CITY)], ids=["criterion", "key", "text"])
def test_an_unknown_rule_is_sent_as_it_is_with_a_warning(report, where):
    """Nothing in it is dropped, so that nobody waits for a release; a misspelled word is noticed."""
    with pytest.warns(UserWarning, match="unknown"):
        call = getattr(calls.experiments, report)(1, where=where)
    sent = json.loads(dict(call.query)["custom_filter"])
    assert sent == (json.loads(where) if isinstance(where, str) else where)
    assert len(call.doubts) == 1


def test_a_misspelled_criterion_is_told_what_may_have_been_meant():
    """The message names the word and the nearest one that is known."""
    with pytest.warns(UserWarning, match="'devise'; did you mean 'device'"):
        calls.experiments.result(
            1, where=[[{"criteria": "devise", "operator": "==", "value": "mobile"}]]
        )


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_strict_client_refuses_before_anything_is_sent(report):
    """`on_unknown="error"` holds for what is asked as for what is answered; views decide for themselves."""
    transport = Recorder()
    with Mida("k", project_key="p", transport=transport, on_unknown="error") as mida:
        with pytest.raises(InvalidRequest, match="'radius'"):
            getattr(mida.experiments, report)(1, where=CITY)
        assert transport.asked == []
        with pytest.raises(AssertionError, match="sent"):
            getattr(mida.with_options(on_unknown="keep").experiments, report)(1, where=CITY)


@pytest.mark.parametrize(
    "where", [F.raw(CITY[0][0]), KNOWN, F.device == "mobile", "device == mobile"], ids=str
)
def test_what_is_known_or_meant_is_sent_by_a_strict_client_too(where):
    """`F.raw` says that the caller knows; there is no warning."""
    transport = Recorder()
    with Mida("k", project_key="p", transport=transport, on_unknown="error") as mida:
        with pytest.raises(AssertionError, match="sent"):
            mida.experiments.result(1, where=where)
        assert len(transport.asked) == 1


def test_a_known_criterion_is_still_checked():
    """An operator or a value that it does not take is wrong, not new."""
    for wrong in ({"operator": "gt", "value": "mobile"}, {"operator": "==", "value": "toaster"}):
        with pytest.raises(InvalidRequest, match="device"):
            calls.experiments.result(1, where=[[{"criteria": "device", **wrong}]])


@pytest.mark.parametrize(
    "given", [None, 5, "device == mobile", "[", [], [[]], [["x"]], [[None]], [5], KNOWN]
)
def test_other_things_hold_nothing_unknown(given):
    """Whatever is wrong with them is told by others."""
    assert doubts(given) == ()


def test_each_doubt_is_told_once():
    """Though many rules have it."""
    assert len(doubts([CITY[0] * 3, MODE[0]])) == 2
