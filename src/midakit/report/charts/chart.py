"""`Chart`: a drawing with a name and a description, ready for a page, a notebook or a file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from midakit.errors import InvalidRequest
from midakit.report.charts import matplotlib_figure, palette, svg
from midakit.report.charts.drawing import NARROW, WIDE, Drawing
from midakit.report.html import Markup, tag

FORMS = ("svg", "png")


@dataclass(frozen=True, eq=False)
class Chart:
    """One chart. In a notebook it shows itself; `save("lift.png")` writes a file.

    Example:
        result = await mida.experiments.result(1001)
        lift = result.plot("lift")
        print(lift.title, lift.description)
    """

    name: str
    """Short and fit for a file's name: "lift"."""
    title: str
    description: str
    """What it shows, in words: the alternative for readers who do not see it."""
    draw: Callable[[int], Drawing]
    """Width in pixels -> a drawing."""
    wide: bool = False
    """Drawn twice on a page, for wide and for narrow screens."""
    note: str = ""
    """What a page says beneath it."""

    def figure(self, width: int | None = None) -> Any:
        """Return a matplotlib Figure, to change or to embed; pyplot knows nothing of it.

        Args:
            width: Width in pixels; the chart's own when left out.

        Raises:
            MissingExtra: matplotlib is not installed (extra `matplotlib`).

        Example:
            result = await mida.experiments.result(1001)
            figure = result.plot("traffic").figure(width=600)
            figure.suptitle("Traffic of the headline test")
        """
        return matplotlib_figure.figure(self.draw(width or self._width))

    def save(self, path: str | Path, *, width: int | None = None, scale: float = 2.0) -> Path:
        """Write the chart as `.svg` or `.png`, in light colours on a ground of their own.

        Args:
            path: The file; its ending decides the format.
            width: Width in pixels; the chart's own when left out.
            scale: Pixels of a PNG for each pixel of the drawing.

        Returns:
            The path that was written.

        Raises:
            InvalidRequest: The file's name does not end in `.svg` or `.png`.
            MissingExtra: A PNG is asked for and matplotlib is not installed (extra `matplotlib`).

        Example:
            result = await mida.experiments.result(1001)
            result.plot("lift").save("lift.svg")
        """
        target = Path(path)
        form = target.suffix.lower().lstrip(".")
        if form not in FORMS:
            raise InvalidRequest(
                "path", f"{target.name}: charts are saved as {' or '.join(FORMS)}; name the file so"
            )
        drawing = self.draw(width or self._width)
        if form == "svg":
            made = svg.document(drawing, self.title, self.description)
        else:
            made = matplotlib_figure.png(drawing, self.title, self.description, scale=scale)
        target.write_bytes(made)
        return target

    def svg(self, key: str = "chart") -> Markup:
        """Return the SVG elements for a page, whose colours are the page's.

        Args:
            key: Text that begins every id, unique on the page.

        Example:
            result = await mida.experiments.result(1001)
            body = f"<main>{result.plot('lift').svg('lift')}</main>"
        """
        if not self.wide:
            return self._inline(NARROW, key, "chart")
        return Markup(
            self._inline(WIDE, f"{key}-w", "chart wide")
            + self._inline(NARROW, f"{key}-n", "chart narrow")
        )

    def _inline(self, width: int, key: str, class_: str) -> Markup:
        return svg.inline(self.draw(width), key, self.title, self.description, class_)

    @property
    def _width(self) -> int:
        return WIDE if self.wide else NARROW

    def _repr_html_(self) -> str:
        """Show the chart in a notebook; text takes its colour from the notebook's own ground."""
        drawn = self._inline(self._width, f"midakit-{id(self):x}", "chart")
        return tag("div", drawn, style=f"max-width:{self._width}px;{palette.borrowed()}")
