"""Colours: safe for colour-blind readers, each with a twin for dark grounds.

A shape has the light colour; on a page `css` makes `var(--arm1,#0072b2)` of it, which follows the page.
"""

from typing import NamedTuple

from midakit.stats import Analysis


class Tone(NamedTuple):
    """One role, in light and dark."""

    light: str
    dark: str


TONES = {
    "ground": Tone("#f5f7fa", "#0e1218"),
    "surface": Tone("#ffffff", "#171c24"),
    "ink": Tone("#18212c", "#e7edf4"),
    "muted": Tone("#546274", "#a0adbd"),
    "line": Tone("#d9dfe7", "#303a47"),
    "zero": Tone("#7b8899", "#8492a4"),
    "arm0": Tone("#667182", "#aab6c4"),
    "arm1": Tone("#0072b2", "#5db7f2"),
    "arm2": Tone("#c24a00", "#ff9d5c"),
    "arm3": Tone("#007a5a", "#41cf9f"),
    "arm4": Tone("#98408a", "#e29ad6"),
    "arm5": Tone("#866000", "#e0bb52"),
    "good": Tone("#0b6b4f", "#5fd6ac"),
    "goodground": Tone("#e2f4ec", "#10312a"),
    "bad": Tone("#a33200", "#ff9f7a"),
    "badground": Tone("#fcebe3", "#3a1d12"),
    "wait": Tone("#1a569c", "#8cc1ff"),
    "waitground": Tone("#e8f1fc", "#14273f"),
    "same": Tone("#435063", "#bdc8d6"),
    "sameground": Tone("#eaeef3", "#252d38"),
    "warn": Tone("#735000", "#f0c75a"),
    "warnground": Tone("#fdf3d7", "#33290e"),
}

GROUND, SURFACE, INK, MUTED, LINE, ZERO = (
    TONES[name].light for name in ("ground", "surface", "ink", "muted", "line", "zero")
)
ARMS = tuple(TONES[f"arm{n}"].light for n in range(6))

BETWEEN = ("#6b7687", "#0c7bba", "#c65006", "#098563", "#ab579d", "#956f0e")
"""The arms on a ground that is not ours: read as well by day as by night."""


def arm(number: int) -> str:
    """Return the colour of an arm; treatments go round when there are many.

    Args:
        number: The arm's place; Control is 0 and grey.
    """
    return ARMS[0] if number == 0 else ARMS[1 + (number - 1) % (len(ARMS) - 1)]


def colours(analysis: Analysis) -> dict[str, str]:
    """Return variant id -> colour, the same in every chart.

    Args:
        analysis: What the statistics say about the experiment.
    """
    return {one.variant_id: arm(n) for n, one in enumerate(analysis.arms)}


def borrowed() -> str:
    """CSS declarations for a fragment in a page whose ground may be light or dark."""
    arms = ";".join(f"--arm{n}:{colour}" for n, colour in enumerate(BETWEEN))
    line = "color-mix(in srgb,currentColor 18%,transparent)"
    return f"--ink:currentColor;--muted:currentColor;--surface:transparent;--line:{line};{arms}"


def variables(*, dark: bool) -> str:
    """Return the colours as CSS declarations.

    Args:
        dark: True for the colours on a dark ground.
    """
    return ";".join(f"--{name}:{tone[dark]}" for name, tone in TONES.items())


def css(colour: str) -> str:
    """Return a colour as the page's variable, which falls back to it.

    Args:
        colour: A light colour of the palette.
    """
    return f"var(--{_NAMES[colour]},{colour})"


_NAMES = {tone.light: name for name, tone in TONES.items()}
