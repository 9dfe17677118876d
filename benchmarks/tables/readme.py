"""The figures of the README: a table in its words, made from the results that are kept (pure)."""

from benchmarks.harness import told
from benchmarks.tables.figures import cpu_ratio
from benchmarks.tables.goals import AT_64, FAN_OUT, SINGLE
from benchmarks.tables.spreads import Spread, table

START, END = (
    "<!-- figures: written by `python -m benchmarks --write-docs` -->\n",
    "<!-- end of figures -->\n",
)
ROWS = (
    ("2,000 calls at once", "workers on a bounded pool", FAN_OUT, "midakit own",
     {"httpx, gather": "`asyncio.gather` over httpx", "aiohttp, semaphore": "aiohttp with a semaphore"}),
    ("", "the same from a script, no `await`", FAN_OUT, "midakit sync, bulk",
     {"httpx.Client, 16 threads": "`httpx.Client` in 16 threads"}),
    ("64 calls in flight", "a pool that stays cheap as concurrency rises", AT_64, "midakit own",
     {"httpx": "httpx", "pyreqwest": "pyreqwest (Rust)", "wreq": "wreq (Rust)"}),
    ("One call of a script", "no event loop", SINGLE, "midakit sync",
     {"httpx.Client": "`httpx.Client`", "http.client": "`http.client`"}),
)  # fmt: skip
DECODERS = {"pydantic": "pydantic", "msgspec Struct": "msgspec's own structs"}
NOTE = (
    "CPU time of one call that asks for a `result` of 1 kB, with everything on, from the run of {date} that the page\n"
    "[Benchmarks](docs/explanation/benchmarks.md) shows. CPU time is compared because other work on a machine\n"
    "changes elapsed time most. `nox -s bench` measures on yours.\n"
)


def said(ratio: float, peer: str) -> str:
    """How many times less or more than a peer, in words; `ratio` is theirs over ours."""
    if 0.95 <= ratio <= 1.05:
        return f"about as much as {peer}"
    less = ratio > 1
    times = ratio if less else 1 / ratio
    form = f"{times:.0f}" if times >= 10 else f"{times:.1f}"
    return f"{form} × {'less' if less else 'more'} than {peer}"  # noqa: RUF001


def section(results) -> str:
    """The table and what has to be known to read it."""
    rows = [
        (name, what, ", ".join(_compared(results, title, ours, peers)) or "not measured")
        for name, what, title, ours, peers in ROWS
    ]
    decoding = {
        row.against: said(Spread.of(row.ratios).median, DECODERS[row.against])
        for row in told(results["parts"]["decoding"])
        if row.what == "result" and row.against in DECODERS and row.ratios
    }
    rows.append(
        ("Decoding", "typed models, unknown fields kept", ", ".join(decoding.values()) or "not measured")
    )  # fmt: skip
    found = table(("", "How", "CPU time"), rows).replace("|---|--:|--:|", "|---|---|---|", 1)
    return f"{NOTE.format(**results)}\n{found}"


def _compared(results, title, ours, peers):
    rows = results["scenarios"].get(title, {}).get("rows", {})
    if rows.get(ours, {}).get("cpus"):
        for name, peer in peers.items():
            if rows.get(name, {}).get("cpus"):
                yield said(cpu_ratio(rows[ours], rows[name]).median, peer)


def written(text: str, results) -> str:
    """The README with its section made anew."""
    before, found, rest = text.partition(START)
    _, closed, after = rest.partition(END)
    if not found or not closed:
        raise ValueError("README.md has lost the marks around its figures")
    return f"{before}{START}\n{section(results)}\n{END}{after}"
