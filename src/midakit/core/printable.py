"""Text from elsewhere, made safe to show: a terminal or a page shows it and obeys nothing in it."""

import re
from functools import cache


@cache
def hidden() -> re.Pattern[str]:
    """Return the pattern of hidden characters, which takes 2 ms to compile and is seldom needed."""
    return re.compile(
        "[\x00-\x1f\x7f-\x9f"  # control characters, of seven bits and of eight
        "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of writing
        "\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]"  # line ends, halves, what XML cannot hold
    )


def printable(text: object, *, keep: str = "") -> str:
    """Spell hidden characters out, as in JSON: an escape becomes `\\u001b`.

    Args:
        text: The text; anything else is shown as `str` has it.
        keep: Hidden characters that stay, such as the newline.

    Returns:
        Text without any other hidden character.
    """
    return hidden().sub(
        lambda found: found[0] if found[0] in keep else f"\\u{ord(found[0]):04x}", str(text)
    )


def one_line(text: object) -> str:
    """Put text on one line: tabs and line breaks become spaces, the rest as by `printable`.

    Args:
        text: The text; anything else is shown as `str` has it.

    Returns:
        One line of text.
    """
    return printable(re.sub("[\t\n\r]", " ", str(text)))
