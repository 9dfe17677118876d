"""The page of the documentation: its generated section, from the results that are kept.

python -m benchmarks.tables.page      write it anew from `kept.json`, without measuring
"""

import json
from pathlib import Path

from benchmarks.tables.report import whole

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/benchmarks.md"
KEPT = Path(__file__).parent / "kept.json"
START, END = (
    "<!-- results: written by `python -m benchmarks --write-docs` -->\n",
    "<!-- end of results -->\n",
)


def written(text, results):
    """The page with its section made anew."""
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError(f"{PAGE.name} has lost the marks around its results")
    return f"{before}{START}\n{whole(results, level=3)}\n{END}{after}"


def keep(results):
    """Results of this run in place of those that are kept; ratios follow from them."""
    own = {name: value for name, value in results.items() if name not in ("goals", "ratios")}
    KEPT.write_text(json.dumps(own, indent=1) + "\n", encoding="utf-8")
    write()


def write():
    """Bring the page up to the kept results."""
    results = json.loads(KEPT.read_text(encoding="utf-8"))
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


def is_current():
    """Whether the page says what the kept results say."""
    text = PAGE.read_text(encoding="utf-8")
    return text == written(text, json.loads(KEPT.read_text(encoding="utf-8")))


if __name__ == "__main__":
    write()
