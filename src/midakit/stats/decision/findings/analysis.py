"""What an analysis answers: frozen values, `None` where there is no honest number.

    Analysis
    ├── verdict         what to do, why, and whether looking often does not spoil it
    ├── arms            what was seen, Control first
    ├── comparisons     each treatment against Control: conversion, rpv, aov
    ├── best            all arms against each other
    ├── srm             does the traffic follow the configured split (also sequentially)
    ├── timeline        the days, with running always-valid figures
    ├── warnings        what a reader should know before trusting a figure
    └── method          every choice behind the figures

Each group of figures has `reasons`: field -> why it is None.
"""

from dataclasses import dataclass
from typing import Any

from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.data.arms import Arm
from midakit.stats.data.timeline import Day
from midakit.stats.decision.findings.figures import Best, Comparison
from midakit.stats.decision.findings.to_json import to_json
from midakit.stats.decision.findings.verdict import Notice, Outlook, Verdict
from midakit.stats.decision.options.method import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that the aggregates of one experiment say.

    Example:
        found = stats.analyze(mida.experiments.result(1001))
        print(found.verdict.kind, found.srm.p_value, [arm.rate for arm in found.arms])
        print(found)  # the same as the command `midakit result` shows
    """

    test_id: str | None = None
    test_name: str | None = None
    goal: str | None = None
    verdict: Verdict
    arms: tuple[Arm, ...] = ()
    """Control first."""
    comparisons: tuple[Comparison, ...] = ()
    """Each treatment against Control; empty where the arms cannot be compared."""
    best: Best | None = None
    srm: SampleRatio
    """Chi-square test of the traffic split."""
    srm_sequential: SampleRatio
    """The test of the split that may be looked at every day."""
    timeline: tuple[Day, ...] = ()
    """Empty without a timeseries."""
    outlook: Outlook | None = None
    warnings: tuple[Notice, ...] = ()
    method: Method
    """Every choice behind the figures."""

    @property
    def control(self) -> Arm | None:
        """Control's arm; None where the result has none."""
        return next((arm for arm in self.arms if arm.is_control), None)

    def comparison(self, variant_id: str | int) -> Comparison:
        """Return the comparison of one treatment with Control.

        Args:
            variant_id: The treatment, as text or number.

        Returns:
            Its comparison.

        Raises:
            KeyError: The variant is Control, unknown, or cannot be compared.

        Example:
            found = stats.analyze(mida.experiments.result(1001))
            print(found.comparison("1").conversion.lift_interval)
        """
        for one in self.comparisons:
            if one.variant_id == str(variant_id):
                return one
        raise KeyError(f"variant {variant_id!r} is not compared with Control")

    def __repr__(self) -> str:
        name = " ".join(filter(None, (self.test_id, self.test_name and repr(self.test_name))))
        treatments = len(self.arms) - 1
        told = f"{treatments} {'variant' if treatments == 1 else 'variants'} beside Control"
        return f"<Analysis {name or 'without a name'}, {told}>\n{self.verdict!r}"

    def _repr_html_(self) -> str:
        """Show the verdict, every variant and the lifts in a notebook."""
        from midakit.report.notebook import analysis_html

        return analysis_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as dicts, lists, text, numbers and None, as JSON has them.

        Returns:
            A dict; infinities are "inf" and "-inf".

        Example:
            import json

            text = json.dumps(stats.analyze(mida.experiments.result(1001)).to_dict())
        """
        written: dict[str, Any] = to_json(self)
        return written
