"""`Report`: one or many experiments, read and judged, ready to be shown or saved."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from midakit.core.files import write_whole
from midakit.errors import InvalidRequest
from midakit.report.charts import catalogue
from midakit.report.charts.chart import FORMS, Chart
from midakit.report.experiment_data import ExperimentData
from midakit.report.html import tag
from midakit.report.page import page


@dataclass(frozen=True, eq=False)
class Report:
    """What `mida.report(...)` gives. In a notebook it shows itself; printed, it is text.

    Example:
        page = await mida.report([1001, 1002], start_date="2026-04-01")
        print(page.title, page.complete, page[1001].analysis.verdict.kind)
        for one in page:
            print(one.name, one.missing)
    """

    experiments: tuple[ExperimentData, ...]
    title: str
    made_at: datetime
    asked: str = ""
    """What the report is limited to, in words."""

    @cached_property
    def html(self) -> str:
        """The page: one document with everything in it."""
        return page(self.experiments, self.title, self.made_at, self.asked)

    @property
    def complete(self) -> bool:
        """Every part of every experiment came."""
        return not any(one.gaps for one in self.experiments)

    def save(self, path: str | Path) -> Path:
        """Write the page; who reads the file meanwhile finds the old or the new one, whole.

        Args:
            path: The HTML file.

        Returns:
            The path that was written.

        Raises:
            OSError: The file cannot be written.

        Example:
            page = await mida.report(1001)
            print(page.save("headline.html"))
        """
        write_whole(Path(path), self.html)
        return Path(path)

    def open(self, path: str | Path | None = None) -> Path:
        """Save the page and show it in the browser.

        Args:
            path: The HTML file; one in a temporary folder when left out.

        Returns:
            The path that was written.

        Raises:
            OSError: The file cannot be written.

        Example:
            page = await mida.report(1001)
            page.open("headline.html")
        """
        import webbrowser

        folder = Path(tempfile.mkdtemp(prefix="midakit-")) if path is None else None
        target = self.save(folder / "report.html" if folder else Path(str(path)))
        webbrowser.open(target.resolve().as_uri())
        return target

    def charts(self) -> dict[str, list[Chart]]:
        """Return every chart, by the experiment's id.

        Example:
            page = await mida.report(1001)
            for chart in page.charts()["1001"]:
                print(chart.name, chart.description)
        """
        return {
            one.test_id: catalogue.charts(one.analysis) if one.analysis else []
            for one in self.experiments
        }

    def save_charts(self, folder: str | Path, *, form: str = "svg") -> list[Path]:
        """Write every chart to a file of its own, such as `1234-lift.svg`.

        Args:
            folder: Where to write; it is made where it is missing.
            form: `svg` or `png`.

        Returns:
            The paths that were written.

        Raises:
            InvalidRequest: The form is unknown.
            MissingExtra: PNG is asked for and matplotlib is not installed (extra `matplotlib`).

        Example:
            page = await mida.report([1001, 1002])
            print(page.save_charts("charts"))
        """
        if form not in FORMS:
            raise InvalidRequest("form", f"{form!r} is not one of: {', '.join(FORMS)}")
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        return [
            chart.save(place / f"{test_id}-{chart.name}.{form}")
            for test_id, found in self.charts().items()
            for chart in found
        ]

    def to_dict(self) -> dict[str, Any]:
        """For programs: verdicts, figures, and what is missing.

        Example:
            import json

            page = await mida.report(1001)
            text = json.dumps(page.to_dict())
        """
        return {
            "title": self.title,
            "made_at": self.made_at.isoformat(),
            "experiments": [one.to_dict() for one in self.experiments],
        }

    def __iter__(self) -> Iterator[ExperimentData]:
        return iter(self.experiments)

    def __len__(self) -> int:
        return len(self.experiments)

    def __getitem__(self, test_id: int | str) -> ExperimentData:
        for one in self.experiments:
            if one.test_id == str(test_id):
                return one
        raise KeyError(f"the report has no experiment {test_id!r}")

    def __str__(self) -> str:
        from midakit.report.terminal import summary

        return "\n\n".join(summary(one) for one in self.experiments)

    def __repr__(self) -> str:
        named = ", ".join(
            f"{one.test_id}: {one.analysis.verdict.kind if one.analysis else 'no result'}"
            for one in self.experiments
        )
        return f"<Report {named}>"

    def _repr_html_(self) -> str:
        return tag(
            "iframe", srcdoc=self.html, title=self.title, sandbox="",
            style="width:100%;height:48rem;border:1px solid #8886;border-radius:8px",
        )  # fmt: skip


def titled(found: Sequence[ExperimentData]) -> str:
    """Return the title of a report that was given none.

    Args:
        found: One or many; the title names one, and counts many.
    """
    return found[0].name if len(found) == 1 else "Experiments"
