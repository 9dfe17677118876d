"""Measures what each extra costs and writes docs/reference/extras.md: `python scripts/extras_page.py`.

Every extra is installed into a fresh virtual environment of its own, so this downloads about two
gigabytes and takes some minutes. With names of extras only those are measured anew; the other rows stay.
`--check` measures nothing: it compares the rows of the page with pyproject.toml.
"""

import platform
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reference" / "extras.md"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
BARE = "none"
FOR = {
    BARE: "clients, models, segments, statistics, reports and charts as HTML and SVG",
    "cli": "the command `midakit`; `keyring` keeps API keys in the keyring of the system",
    "ascode": "experiments as code: `midakit pull`, `plan` and `apply`",
    "export": "exports as Parquet, CSV, JSON lines and Arrow; answers as Arrow, polars and pandas tables",
    "duckdb": "exports into a DuckDB file, and `midakit.export.open(...)` for DuckDB",
    "s3": "exports into S3, GCS and Azure",
    "stats": "thousands of comparisons at once, with numpy",
    "sandbox": "the local server `midakit sandbox`",
    "sandbox-tls": "the sandbox over HTTPS",
    "redis": "a store of rules that processes share, for delivery",
    "openfeature": "the OpenFeature provider",
    "notify": "messages of `midakit guard` to mail, chat and phones",
    "otel": "OpenTelemetry spans",
    "matplotlib": "charts as PNG and as matplotlib figures",
    "spark": "the Spark data source",
    "dlt": "the dlt source",
    "delta": "exports into Delta tables",
    "iceberg": "exports into Iceberg tables",
    "mcp": "the MCP server",
    "all": "what the commands need, and the demo: `ascode`, `cli`, `export`, `duckdb`, `s3`, `stats`, `sandbox`, `otel`",
}
HEAD = """# Extras

`pip install midakit` brings the clients and nothing that you may not need. Extras bring the rest; a part whose extra
is missing says which one to install. Several go together: `pip install 'midakit[cli,export]'`.

| Extra | What it is for | Packages | MB |
|---|---|--:|--:|
"""
FOOT = """
Packages and megabytes are beyond those of the first row, which is everything that `pip install midakit` brings.
`python scripts/extras_page.py` measured them, each in a fresh virtual environment, with Python {python} on {machine}.
Extras share packages (`s3` and `delta` contain `export`), so together they cost less than the sum.

With Python 3.15 every package of `all` comes as a wheel; the sandbox uses `pyre2` there instead of `google-re2`. `iceberg`
is compiled while it is installed, which needs a C compiler, and `dlt` cannot be installed, because dlt admits older
Pythons only.
"""
ROW = re.compile(r"^\| `?([\w-]+)`? \| .* \| (\d+) \| ([\d,]+) \|$", re.MULTILINE)


class Cost(NamedTuple):
    """What an installation brings."""

    packages: int
    megabytes: int


def main(words: list[str]) -> int:
    """Measure what was asked for, or check the page."""
    kept = dict(rows())
    if words == ["--check"]:
        wrong = {BARE, *EXTRAS} ^ kept.keys()
        names = " ".join(sorted(wrong - {BARE}))
        print(f"measure them: python scripts/extras_page.py {names}" if wrong else "in step")
        return 1 if wrong else 0
    unknown = [name for name in words if name not in EXTRAS]
    if unknown:
        print(f"there is no extra {', '.join(unknown)}")
        return 2
    bare = measured("")
    kept[BARE] = bare
    for name in words or EXTRAS:
        found = measured(name)
        kept[name] = Cost(found.packages - bare.packages, max(1, found.megabytes - bare.megabytes))
        print(name, *kept[name], flush=True)
        PAGE.write_text(page(kept), encoding="utf-8")
    return 0


def rows() -> Iterator[tuple[str, Cost]]:
    """Give the rows that the page has."""
    if PAGE.exists():
        for name, packages, size in ROW.findall(PAGE.read_text(encoding="utf-8")):
            yield name, Cost(int(packages), int(size.replace(",", "")))


def page(costs: dict[str, Cost]) -> str:
    """Return the page: the bare installation, then every extra in the order of pyproject.toml."""
    lines = [
        f"| {name if name == BARE else f'`{name}`'} | {FOR[name]} | {costs[name].packages} | "
        f"{costs[name].megabytes:,} |"
        for name in (BARE, *EXTRAS)
        if name in costs
    ]
    version = ".".join(map(str, sys.version_info[:2]))
    foot = FOOT.format(python=version, machine=f"{platform.system()} {platform.machine()}")
    return HEAD + "\n".join(lines) + "\n" + foot


def measured(extra: str) -> Cost:
    """Install midakit with an extra into a fresh environment, and count."""
    with tempfile.TemporaryDirectory(prefix="midakit-extra-") as name:
        folder = Path(name)
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        wanted = f"{ROOT}[{extra}]" if extra else str(ROOT)
        pip = (sys.executable, "-m", "pip", "--python", folder / "bin" / "python")
        run(*pip, "install", "--quiet", "--no-compile", "--disable-pip-version-check", wanted)
        [site] = folder.glob("lib/python*/site-packages")
        size = sum(file.stat().st_size for file in site.rglob("*") if file.is_file())
        return Cost(len([*site.glob("*.dist-info")]), round(size / 1e6))


def run(*command: object) -> None:
    """Run a command; its error is ours."""
    subprocess.run([str(word) for word in command], check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
