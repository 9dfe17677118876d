"""Figures that were printed in papers, books and manuals, to the digits that were printed."""

from collections.abc import Callable
from typing import NamedTuple

from midakit import stats
from midakit.stats.comparison.group_sequential import crossing, spent, upper_bounds


class Published(NamedTuple):
    """One printed figure, or a few."""

    what: str
    source: str
    printed: tuple[float, ...]
    digits: int
    ours: Callable[[], tuple[float, ...]]

    @property
    def equal(self) -> bool:
        """Whether ours round to what was printed, give or take one in the last digit."""
        unit = 10.0**-self.digits
        return all(
            abs(round(mine, self.digits) - theirs) < 1.01 * unit
            for mine, theirs in zip(self.ours(), self.printed, strict=True)
        )


NEWCOMBE = "Newcombe 1998, Statistics in Medicine 17: 873-890, table II"
REBOUSSIN = "Reboussin, DeMets, Kim & Lan 2000, Controlled Clinical Trials 21: 190-207"
JENNISON = "Jennison & Turnbull 2000, Group Sequential Methods"
SLEEP = (
    (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0),
    (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4),
)
NEUHAUS = (
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
    0.6528, 0.7590, 1.0000,
)  # fmt: skip


def _difference(x_t: int, n_t: int, x_c: int, n_c: int) -> Callable[[], tuple[float, ...]]:
    return lambda: stats.z_test(control=(x_c, n_c), treatment=(x_t, n_t)).diff_ci or ()


def _bounds(spending: str, looks: int) -> Callable[[], tuple[float, ...]]:
    times = tuple((at + 1) / looks for at in range(looks))
    return lambda: upper_bounds(times, tuple(spent(spending, t, 0.025) for t in times))


def _spent(looks: int, constant: float, power: float) -> Callable[[], tuple[float, ...]]:
    """The error rate that constants spend: Pocock's with power 0, O'Brien & Fleming's with 1/2."""
    times = [(at + 1) / looks for at in range(looks)]
    high = [constant / t**power for t in times]

    def both() -> tuple[float, ...]:
        above, below = crossing(times, high, [-z for z in high])
        return (sum(above) + sum(below),)

    return both


def _sleep() -> tuple[float, ...]:
    arms = [(10, sum(arm), sum(x * x for x in arm)) for arm in SLEEP]
    found = stats.welch(control=arms[1], treatment=arms[0])
    return found.statistic, found.df, found.p_value, *found.diff_ci


def _rejected(method: str) -> Callable[[], tuple[float, ...]]:
    return lambda: (float(sum(p <= 0.05 for p in stats.adjust(NEUHAUS, method=method))),)


PUBLISHED = (
    Published("interval of 56/70 - 48/80 (Mee)", NEWCOMBE, (0.0533, 0.3377), 4,
              _difference(56, 70, 48, 80)),
    Published("interval of 9/10 - 3/10 (Mee)", NEWCOMBE, (0.1821, 0.8370), 4,
              _difference(9, 10, 3, 10)),
    Published("interval of 6/7 - 2/7 (Mee)", NEWCOMBE, (0.0544, 0.8478), 4, _difference(6, 7, 2, 7)),
    Published("interval of the ratio of 36/40 and 16/80",
              "Koopman 1984, Biometrics 40: 513-517", (2.94, 7.15), 2,
              lambda: tuple(
                  1.0 + end
                  for end in stats.z_test(control=(16, 80), treatment=(36, 40)).lift_ci or ()
              )),
    Published("Welch's t, df, p and interval of Student's sleep data",
              "R, `example(t.test)`", (-1.8608, 17.7765, 0.0794, -3.3655, 0.2055), 4, _sleep),
    Published("tests of 15 that Benjamini & Hochberg reject at 5 %",
              "Benjamini & Hochberg 1995, JRSS B 57: 289-300", (4.0,), 0, _rejected("bh")),
    Published("tests of the same 15 that Bonferroni rejects at 5 %",
              "Benjamini & Hochberg 1995, JRSS B 57: 289-300", (3.0,), 0, _rejected("bonferroni")),
    Published("p of a split of 821,588 and 815,482",
              "Kohavi, Tang & Xu 2020, Trustworthy Online Controlled Experiments", (0.0000018,), 7,
              lambda: (stats.srm([821_588, 815_482], [50, 50]).p_value or 0.0,)),
    Published("visitors an arm for 50 % against 75 %, power 90 %",
              "R, `power.prop.test(p1 = .50, p2 = .75, power = .90)`", (76.7,), 1,
              lambda: (stats.plan.sample_size(baseline=0.5, lift=0.5, power=0.9).exact,)),
    Published("five bounds of O'Brien & Fleming's shape", REBOUSSIN,
              (4.8769, 3.3569, 2.6803, 2.2898, 2.0310), 4, _bounds("obrien-fleming", 5)),
    Published("five bounds of Pocock's shape", REBOUSSIN,
              (2.4380, 2.4268, 2.4101, 2.3966, 2.3859), 4, _bounds("pocock", 5)),
    Published("error rate of Pocock's constant 2.413, five looks", JENNISON, (0.050,), 3,
              _spent(5, 2.413, 0.0)),
    Published("error rate of O'Brien & Fleming's constant 2.040, five looks", JENNISON, (0.050,), 3,
              _spent(5, 2.040, 0.5)),
    Published("ten bounds of Pocock's shape", "the R package rpact 3.3.4",
              (2.655110, 2.623242, 2.589637, 2.562079, 2.539747, 2.521404, 2.506086, 2.493097,
               2.481934, 2.472226), 4, _bounds("pocock", 10)),
    Published("three bounds of O'Brien & Fleming's shape", "the R package rpact 3.3.4",
              (3.710303, 2.511427, 1.993047), 5, _bounds("obrien-fleming", 3)),
)  # fmt: skip
