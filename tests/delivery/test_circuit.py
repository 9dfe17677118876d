"""The circuit: it opens after failures in a row, lets one probe through, and closes on success."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from midakit.delivery.circuit import Admission, Circuit


def opened(failures=3, cooldown=1.0, longest=4.0, probe_seconds=10.0):
    circuit = Circuit(failures, cooldown, longest, probe_seconds)
    for _ in range(failures):
        circuit.failed(100.0)
    return circuit


@given(st.integers(1, 9))
def test_it_opens_at_exactly_so_many_failures_in_a_row(failures):
    """One failure less leaves it closed; a success in between begins the count again."""
    circuit = Circuit(failures)
    for _ in range(2):
        for _ in range(failures - 1):
            circuit.failed(5.0)
        assert circuit.admit(5.0) is Admission.ASK
        circuit.succeeded()
    for _ in range(failures):
        circuit.failed(5.0)
    assert circuit.admit(5.0) is Admission.REFUSE
    assert not circuit.is_closed


def test_after_the_cooldown_one_probe_goes_and_nobody_else():
    """The moment the cooldown ends one caller may try; the others are refused until it is heard of."""
    circuit = opened()
    assert circuit.admit(100.999) is Admission.REFUSE
    assert circuit.admit(101.0) is Admission.PROBE
    assert circuit.admit(101.0) is Admission.REFUSE
    circuit.succeeded()
    assert circuit.admit(101.0) is Admission.ASK
    assert circuit.is_closed


def test_a_failed_probe_doubles_the_cooldown_up_to_the_longest():
    """1 s, 2 s, 4 s, 4 s; after it closed, 1 s again."""
    circuit, now = opened(), 101.0
    for cooldown in (2.0, 4.0, 4.0):
        assert circuit.admit(now) is Admission.PROBE
        circuit.failed(now)
        assert circuit.left(now) == cooldown
        assert circuit.admit(now + cooldown - 0.001) is Admission.REFUSE
        now += cooldown
    assert circuit.admit(now) is Admission.PROBE
    circuit.succeeded()
    for _ in range(3):
        circuit.failed(now)
    assert circuit.left(now) == 1.0


def test_a_lost_probe_is_replaced():
    """A probe that nobody hears of again does not keep the circuit open for ever."""
    circuit = opened(probe_seconds=10.0)
    assert circuit.admit(101.0) is Admission.PROBE
    assert circuit.admit(110.999) is Admission.REFUSE
    assert circuit.left(110.0) == 1.0
    assert circuit.admit(111.0) is Admission.PROBE


def test_late_failures_of_requests_from_before_change_nothing():
    """What set off while it was closed and fails now does not make the cooldown longer."""
    circuit = opened()
    for _ in range(50):
        circuit.failed(100.5)
    assert circuit.left(100.5) == 0.5
    assert "open" in repr(circuit)


class Callers(RuleBasedStateMachine):
    """Whatever happens, at most one probe is out, and closed means that everybody may ask."""

    def __init__(self):
        super().__init__()
        self.circuit = Circuit(3, 1.0, 8.0, 5.0)
        self.now = 0.0
        self.probe_since = None

    @rule(seconds=st.integers(0, 96).map(lambda n: n / 16))  # exact in binary: no sum is rounded
    def time_passes(self, seconds):
        self.now += seconds

    @rule()
    def ask(self):
        closed = self.circuit.is_closed
        admission = self.circuit.admit(self.now)
        assert (admission is Admission.ASK) == closed
        if admission is Admission.PROBE:
            assert self.probe_since is None or self.now >= self.probe_since + 5.0
            self.probe_since = self.now

    @rule()
    def good(self):
        self.circuit.succeeded()
        self.probe_since = None
        assert self.circuit.is_closed

    @rule()
    def bad(self):
        self.circuit.failed(self.now)
        if not self.circuit.is_closed:
            self.probe_since = None

    @invariant()
    def waits_are_bounded(self):
        assert 0.0 <= self.circuit.left(self.now) <= 8.0
        assert self.circuit.left(self.now) == 0.0 or not self.circuit.is_closed


TestCallers = Callers.TestCase


def test_the_numbers_of_a_client():
    """Five failures in a row open it, for one second, and never longer than thirty."""
    circuit = Circuit()
    for _ in range(5):
        assert circuit.is_closed
        circuit.failed(0.0)
    assert circuit.left(0.0) == pytest.approx(1.0)
    now = 1.0
    for _ in range(12):
        assert circuit.admit(now) is Admission.PROBE
        circuit.failed(now)
        now += circuit.left(now)
    circuit.admit(now)
    circuit.failed(now)
    assert circuit.left(now) == 30.0
