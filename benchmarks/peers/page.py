"""docs/explanation/peers.md, from what was compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from statistics import median
from typing import Any

from benchmarks.peers.published import Published
from benchmarks.peers.quantities import Figures, Quantity

NAMES = ("gbstats", "tea-tasting", "statsmodels", "scipy")
EQUAL = 1e-9
"""A difference up to this counts as equal: nine digits after the point."""


@dataclass
class Compared:
    """How far somebody is from the exact figures, over all cases."""

    gaps: list[float] = field(default_factory=list)
    errors: int = 0
    """Cases for which an error was raised."""

    @property
    def equal(self) -> bool:
        """Whether every figure is the exact one."""
        return bool(self.gaps) and not self.errors and max(self.gaps) <= EQUAL


def compared(quantity: Quantity, figures: Figures) -> Compared:
    """Hold somebody's figures against the exact ones.

    Args:
        quantity: What is compared.
        figures: Who computes it.

    Returns:
        The largest difference of each case.
    """
    found = Compared()
    for case in quantity.cases:
        try:
            mine = figures(case)
            seen = quantity.seen(case, mine)
        except NotImplementedError:
            continue
        except (ValueError, ZeroDivisionError):
            found.errors += 1
            continue
        truth = quantity.truth(case, mine)
        found.gaps.append(max(float(abs(a - b)) for a, b in zip(seen, truth, strict=True)))
    return found


def page(
    rows: Sequence[tuple[Quantity, dict[str, Compared]]], published: Sequence[Published]
) -> str:
    """Return the page as Markdown.

    Args:
        rows: Every quantity with what was found of each, "midakit" among them.
        published: The printed figures.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in NAMES)
    lines = [HEAD.format(versions=versions)]
    lines += [
        "| Figure | Cases | midakit | " + " | ".join(NAMES) + " |",
        "|---|---:" + "|---" * 5 + "|",
    ]
    for quantity, found in rows:
        cells = [_cell(found.get(name)) for name in ("midakit", *NAMES)]
        lines.append(f"| {quantity.name} | {len(quantity.cases)} | {' | '.join(cells)} |")
    lines += ["", "## Who differs, and who is right", ""]
    lines += ["| Figure | Who | Difference (median, largest) | Why |", "|---|---|---|---|"]
    for quantity, found in rows:
        for name, peer in quantity.peers.items():
            if peer.why:
                lines.append(f"| {quantity.name} | {name} | {_gap(found[name])} | {peer.why} |")
    lines += ["", TAIL, "## Published figures", ""]
    lines += ["| Figure | Source | Printed | midakit |", "|---|---|---|---|"]
    lines += [_row(one) for one in published]
    return "\n".join(lines) + "\n"


def _cell(found: Compared | None) -> str:
    if found is None:
        return "-"
    return "equal" if found.equal else f"differs, {max(found.gaps):.1g}" if found.gaps else "error"


def _gap(found: Compared) -> str:
    told = f"{median(found.gaps):.1g}, {max(found.gaps):.1g}" if found.gaps else ""
    failed = (
        f"error in {found.errors} of {found.errors + len(found.gaps)} cases" if found.errors else ""
    )
    return "; ".join(part for part in (told, failed) if part)


def _row(one: Published) -> str:
    printed = ", ".join(f"{x:.{one.digits}f}" for x in one.printed)
    mine = "equal" if one.equal else ", ".join(f"{x:.{one.digits}f}" for x in one.ours())
    return f"| {one.what} | {one.source} | {printed} | {mine} |"


HEAD = """# Held against others

The same data were given to midakit and to others ({versions}),
and every figure was computed a third time, exactly: with 40 digits, from the definition alone, by sums, bisection and
quadrature (`benchmarks/peers/exact.py` can be read in ten minutes). The cases are random, with a fixed seed: small and
large arms, even and uneven splits.

"Equal" means that no figure of any case differs from the exact one by more than 1e-9; "-" that the package has no such
figure. For intervals the figure is what an interval promises: the p-value of the hypothesis at each of its ends, which
is 0.05 for an interval at 95 %, or the posterior chance outside of it. `nox -s stats-peers` makes this page.
"""
TAIL = """A difference of definition is no error: Welch's t and the pooled z test are both valid tests, and in arms of
thousands they agree to three digits. An approximation is a matter of size: for small arms and rare conversions the
normal one is off by far more than the third digit, and this is where a wrong decision is near.

The Bayesian figures are those under uniform priors of both rates. gbstats has a flat prior of the lift instead, which
in arms of a few dozen visitors is a part of its difference.
"""


def told(rows: Sequence[tuple[Quantity, dict[str, Compared]]]) -> list[str]:
    """Return what is not as the page says it has to be.

    Args:
        rows: Every quantity with what was found of each.

    Returns:
        A sentence for midakit's figures that are not exact, for others that differ without a reason, and for
        reasons that hold no more.
    """
    wrong: list[str] = []
    for quantity, found in rows:
        if not found["midakit"].equal:
            wrong.append(f"{quantity.name}: midakit differs: {_gap(found['midakit'])}")
        for name, peer in quantity.peers.items():
            if found[name].equal is bool(peer.why):
                state = "is equal now" if peer.why else f"differs: {_gap(found[name])}"
                wrong.append(f"{quantity.name}: {name} {state}")
    return wrong


def rows_of(quantities: Sequence[Quantity]) -> list[tuple[Quantity, dict[str, Any]]]:
    """Compare everything.

    Args:
        quantities: What is compared.
    """
    return [
        (
            one,
            {
                "midakit": compared(one, one.ours),
                **{name: compared(one, peer.figures) for name, peer in one.peers.items()},
            },
        )
        for one in quantities
    ]
