"""Write docs/reference/sandbox-choices.md: what the sandbox decided where the docs are silent."""

import sys
from pathlib import Path

from midakit.sandbox.choices import CHOICES, SERVER_CHOICES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "sandbox-choices.md"
HEAD = """# Sandbox choices

Questions that the public documentation of the API does not answer, and how the sandbox answers them.
`/__sandbox__/meta` lists the same.

| | Question | Choice |
|---|---|---|
"""


def page() -> str:
    """Return the whole page as Markdown."""
    rows = [
        f"| {one.number} | {one.title} | {one.text} |".replace("\n", " ")
        for one in (*CHOICES, *SERVER_CHOICES)
    ]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text() == page() else f"{PAGE} is not what the sandbox chose")
    PAGE.write_text(page())
