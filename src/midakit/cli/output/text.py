"""What the server says, as text that a terminal shows and never obeys (pure)."""

from datetime import UTC, datetime
from typing import Any

HIDDEN = {
    *range(0x20), *range(0x7F, 0xA0),  # control characters, of seven bits and of eight
    0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A),  # writing direction
    0x2028, 0x2029, 0xFEFF, *range(0xD800, 0xE000),  # line ends; halves of characters
}  # fmt: skip
SPELLED = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in HIDDEN}
CELL = {**SPELLED, 0x09: " ", 0x0A: " ", 0x0D: " "}


def visible(text: str, *, keep: str = "") -> str:
    """Control characters spelled out, but for those to keep."""
    return text.translate({code: to for code, to in SPELLED.items() if chr(code) not in keep})


def cell(text: str) -> str:
    """One line, whatever came."""
    return " ".join(text.translate(CELL).split(" ")).strip()


def moment(value: datetime) -> str:
    """To the minute, UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def shown(value: Any, kind: str) -> str:
    """A value as people read it; nothing is a dash."""
    if value is None or value == "" or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if kind == "project":
        return PROJECT.get(value, cell(str(value)))
    if isinstance(value, int | float) and kind in NUMBERS:
        return number(value, kind)
    if isinstance(value, float) and kind != "text":
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(str(one)) for one in value)
    return str(value) if kind == "figures" else cell(str(value))


PROJECT = {0: "paused", 1: "active", 2: "deleted"}
"""A project's status in words."""


def number(value: float, kind: str) -> str:
    """A probability never reads as certain, an amount keeps only the digits it has."""
    if kind == "chance" and 0 < value < 1:
        value = min(max(value, 0.001), 0.999)
    if kind == "share" and 0 < value < 0.0001:
        return "<0.0001"
    if kind == "amount" and float(value).is_integer():
        return f"{value:,.0f}"
    return NUMBERS[kind].format(value)


NUMBERS = {
    "count": "{:,.0f}",
    "percent": "{:.2f}%",
    "lift": "{:+.2f}%",
    "money": "{:,.2f}",
    "share": "{:.4f}",
    "chance": "{:.1%}",
    "amount": "{:,.2f}",
}
"""How a kind of number is written; they stand on the right."""


def raw(value: Any, kind: str = "text") -> Any:
    """A value as programs read it: nothing is empty, moments are ISO, states are words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is not None and kind in ("state", "project"):
        return shown(value, kind)
    if kind == "count" and isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if isinstance(value, str):
        return harmless(value)
    return int(value) if isinstance(value, int) else value


POOR = str.maketrans({"…": "~", "▲": "+", "▼": "-", "—": "-"})
"""What stands for our own signs where there is no Unicode."""


def harmless(text: str) -> str:
    """Text that a spreadsheet will not run: what looks like a formula gets an apostrophe."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
