"""Compare, and write or check the page."""

import sys
from pathlib import Path

from benchmarks.peers.page import page, rows_of, told
from benchmarks.peers.published import PUBLISHED
from benchmarks.peers.quantities import QUANTITIES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "peers.md"


def main() -> str | None:
    """Return what is wrong; None where all is as it has to be."""
    rows = rows_of(QUANTITIES)
    text = page(rows, PUBLISHED)
    wrong = told(rows)
    wrong += [
        f"{one.what}: printed {one.printed}, ours {one.ours()}"
        for one in PUBLISHED
        if not one.equal
    ]
    if "--check" not in sys.argv:
        PAGE.write_text(text, encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != text:
        wrong.append(f"{PAGE} says something else: run `nox -s stats-peers -- --write`")
    cases = sum(len(quantity.cases) for quantity, _ in rows)
    print(f"{len(rows)} quantities, {cases} cases, {len(PUBLISHED)} published figures")
    return "\n".join(wrong) or None


if __name__ == "__main__":
    sys.exit(main())
