"""How wide a text is, without a font: widths of the widest usual font, so that texts never collide.

The page is drawn in the reader's own font. Those of systems (Segoe UI, SF, Roboto, Noto Sans) are up to
a sixth narrower than DejaVu Sans and Verdana, whose widths are counted here, rounded up to 0.05 em.
"""

from unicodedata import category, east_asian_width

from midakit.core.printable import one_line
from midakit.report import phrasing

BOLD = 1.16
_EMS = {
    0.3: "'IJijl",
    0.35: " ,./:;\\|",
    0.4: "()-[]ft",
    0.45: "!r",
    0.5: '"*_`\u2013',
    0.55: "?csz",
    0.6: "FLkvxy",
    0.65: "$0123456789EPSTYabdeghnopqu{}",
    0.7: "ABCKRVXZ",
    0.75: "NU",
    0.8: "&DGHOQ",
    0.85: "#+<=>^w~\u2212\u2192",
    0.9: "M",
    1.0: "%@Wm\u2026",
}
_WIDTHS = {sign: ems for ems, signs in _EMS.items() for sign in signs}


def ems(text: str) -> float:
    """Return how wide a text is at most, as a multiple of its size.

    Args:
        text: The text.
    """
    return sum(_WIDTHS.get(sign) or _other(sign) for sign in text)


def _other(sign: str) -> float:
    kind = category(sign)
    if kind in ("Mn", "Me", "Cf"):
        return 0.0
    if east_asian_width(sign) in "WF":
        return 1.4 if kind == "So" else 1.0
    return 1.1 if kind in ("Lu", "So") else 0.9


def pixels(text: str, size: float, *, bold: bool = False) -> float:
    """Return how many pixels a text takes at most.

    Args:
        text: The text.
        size: The size of the font in pixels.
        bold: True for bold text.
    """
    return ems(text) * size * (BOLD if bold else 1.0)


def fitted(text: object, space: float, size: float, *, bold: bool = False) -> str:
    """Return a text on one line, cut in the middle where it is too wide.

    Args:
        text: The text as the server sent it.
        space: How many pixels there are.
        size: The size of the font in pixels.
        bold: True for bold text.
    """
    most = space / (size * (BOLD if bold else 1.0)) + 1e-6  # sums of floats
    return phrasing.cut(one_line(text), most, ems)
