"""The page of the documentation and the README: their generated sections, from the results that are kept.

python -m benchmarks.tables.page      write it anew from `kept.json`, without measuring
"""

import json
from pathlib import Path

from benchmarks.tables import readme
from benchmarks.tables.report import whole

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/explanation/benchmarks.md"
README = ROOT / "README.md"
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


TEXTS = {PAGE: written, README: readme.written}
"""Who writes which text anew."""


def keep(results):
    """Results of this run in place of those that are kept; ratios follow from them."""
    own = {name: value for name, value in results.items() if name not in ("goals", "ratios")}
    KEPT.write_text(json.dumps(own, indent=1) + "\n", encoding="utf-8")
    write()


def keep_part(name, section):
    """One program's section, measured by itself; rows that it has not measured now stay."""
    results = json.loads(KEPT.read_text(encoding="utf-8"))
    found = [*results["parts"].get(name, {"rows": []})["rows"], *section["rows"]]
    rows = {(row["what"], row["against"]): row for row in found}
    keep({**results, "parts": {**results["parts"], name: {**section, "rows": [*rows.values()]}}})


def write():
    """Bring the page and the README up to the kept results."""
    results = json.loads(KEPT.read_text(encoding="utf-8"))
    for path, make in TEXTS.items():
        path.write_text(make(path.read_text(encoding="utf-8"), results), encoding="utf-8")


def is_current():
    """Whether the page and the README say what the kept results say."""
    results = json.loads(KEPT.read_text(encoding="utf-8"))
    texts = {path: path.read_text(encoding="utf-8") for path in TEXTS}
    return all(text == TEXTS[path](text, results) for path, text in texts.items())


if __name__ == "__main__":
    write()
