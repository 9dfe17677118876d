"""HTML that cannot be put together wrongly: text is escaped unless it is `Markup` already.

tag("p", "from the server: <script>", class_="note")   # a paragraph that shows these signs
"""

from collections.abc import Iterable
from html import escape
from typing import TypeAlias
from urllib.parse import urlsplit

from midakit.core.printable import one_line
from midakit.report.phrasing import with_minus
from midakit.stats.wording import MISSING

VOID = frozenset({"br", "col", "hr", "link", "meta"})


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


Child: TypeAlias = "str | int | float | Iterable[Child] | None"


def text(value: object) -> Markup:
    """Return any text as HTML; markup stays as it is, characters that no page may hold are replaced.

    Args:
        value: The text, or markup.
    """
    return value if isinstance(value, Markup) else Markup(escape(with_minus(one_line(value))))


def join(*children: Child) -> Markup:
    """Return children one after the other; None is nothing.

    Args:
        children: Text, markup, or lists of them.
    """
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, str | int | float):
            parts.append(text(child))
        else:
            parts.append(join(*child))
    return Markup("".join(parts))


def tag(name: str, /, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """Return an element.

    `class_` is class, `data_label` is data-label; None and False leave an attribute out.

    Args:
        name: Name of the element.
        children: What it holds, in order.
        attributes: Attribute values by name; they are escaped.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(one_line(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(*children)}</{name}>")


def name(value: object) -> Markup:
    """Return a name from the server, isolated so that its direction turns nothing around it.

    Args:
        value: The name as the server sent it, escaped here.
    """
    return Markup(f"<bdi>{escape(one_line(value))}</bdi>")


def link(address: str) -> Markup:
    """Return a web address as a link; any other scheme is only text.

    Args:
        address: The address as the server sent it.
    """
    try:
        harmless = urlsplit(address.strip()).scheme in ("http", "https")
    except ValueError:
        harmless = False
    if not harmless:
        return name(address)
    return tag("a", name(address), href=address.strip(), rel="noopener noreferrer nofollow")


Row: TypeAlias = "Iterable[Child]"


def table(
    caption: str, head: Iterable[str], rows: Iterable[Row], *, class_: str = "figures"
) -> Markup:
    """Return a table with a caption and scopes; the first cell of a row heads it.

    Args:
        caption: What the table shows.
        head: Headings of the columns.
        rows: Cells, row by row.
        class_: The CSS class of the table.
    """
    return grouped(caption, head, [(None, rows)], class_=class_)


def grouped(
    caption: str,
    head: Iterable[str],
    groups: Iterable[tuple[Child, Iterable[Row]]],
    *,
    class_: str = "figures",
) -> Markup:
    """Return a table whose rows stand in groups.

    Roles are spelled out because narrow screens lay rows out as cards, and a browser
    then no longer takes the elements for a table.

    Args:
        caption: What the table shows.
        head: Headings of the columns.
        groups: Headings and rows; a heading of None leaves it out.
        class_: The CSS class of the table.
    """
    names = list(head)
    header = tag(
        "tr", [tag("th", one, scope="col", role="columnheader") for one in names], role="row"
    )
    whole = tag(
        "table",
        tag("caption", caption),
        tag("thead", header, role="rowgroup"),
        [_group(names, heading, rows) for heading, rows in groups],
        class_=class_,
        role="table",
    )
    return tag("div", whole, class_="scroll")


def _group(names: list[str], heading: Child, rows: Iterable[Row]) -> Markup:
    over = None
    if heading is not None:
        cell = tag("th", heading, scope="rowgroup", role="rowheader", colspan=len(names))
        over = tag("tr", cell, role="row", class_="group")
    body = [tag("tr", _cells(names, row), role="row") for row in rows]
    return tag("tbody", over, body, role="rowgroup", class_="grouped" if over else None)


def _cells(names: list[str], row: Row) -> list[Markup]:
    first, *rest = list(row)
    return [
        tag("th", first, scope="row", role="rowheader"),
        *(
            tag(
                "td",
                tag("div", cell),
                role="cell",
                data_label=label,
                class_="none" if cell == MISSING else None,
            )
            for label, cell in zip(names[1:], rest, strict=True)
        ),
    ]
