"""Pure: results as Markdown, in ratios with their spread."""

from benchmarks.contenders import CONTENDERS
from benchmarks.figures import Spread, ceiling, ratio, reached
from benchmarks.goals import FAN_OUT, GOALS
from benchmarks.growth import ONCE, TIMES

FLIGHTS = (1, 16, 64, 256)
DOORS = (
    ("An instant server", "instant", "httpx"),
    ("An instant server, over TLS", "instant, TLS", "httpx"),
    ("50 ms of latency", "50 ms", None),
    ("50 ms of latency, over TLS", "50 ms, TLS", None),
)

COSTS = ("1 in flight", "64 in flight", "256 in flight")
AGAINST_HTTPX = "Answers a second, as multiples of httpx with as many workers."
OF_CEILING = "Share of the most that in-flight / latency allows."
MORE_WORK = (
    f"{ONCE} calls, then 4 and 16 times as many, 64 in flight, in a fresh process each: time as "
    "multiples of the first, and the most memory the process held. All but the stream keep every answer."
)


def spread(found: Spread, *, percent=False):
    """The median, with the least and the most of the rounds."""
    form = "{:.0%}" if percent else "{:.2f}" if found.median < 10 else "{:.1f}"
    middle, least, most = (form.format(value) for value in (found.median, found.least, found.most))
    return f"{middle} ({least} to {most})"


def table(head, rows):
    """Markdown; the first column to the left, figures to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows), ""])


def goals(results):
    """Every stated goal, and what this run says about it."""
    rows = []
    for goal in GOALS:
        found = reached(goal, results)
        percent = goal.figure == "ceiling"
        stated = f"{goal.at_least:.0%}" if percent else f"{goal.at_least:g}"
        if found is None:
            rows.append((goal.title, goal.ours, stated, "not measured", "-"))
            continue
        verdict = "yes" if found.median >= goal.at_least else "**no**"
        rows.append((goal.title, goal.ours, stated, spread(found, percent=percent), verdict))
    return table(("goal", "ours", "at least", "median (least to most)", "reached"), rows)


def door(results, prefix, base):
    """One door of the server: every contender at every number of calls in flight."""
    cells: dict[str, dict[int, str]] = {}
    for flight in FLIGHTS:
        found = results["scenarios"].get(f"{prefix}, {flight} in flight")
        for name, row in found["rows"].items() if found else ():
            if not row["rates"]:
                continue
            if base is None:
                shown = spread(ceiling(row, flight), percent=True)
            elif base in found["rows"]:
                shown = spread(ratio(row, found["rows"][base]))
            else:
                continue
            cells.setdefault(name, {})[flight] = shown
    rows = [(name, *(by.get(flight, "") for flight in FLIGHTS)) for name, by in cells.items()]
    return table(("in flight", *map(str, FLIGHTS)), rows) if rows else ""


def costs(results, title):
    """CPU for each call, delays, and how busy the server was."""
    found = results["scenarios"].get(title)
    if not found:
        return ""
    rows = [
        (name, f"{row['cpu']:.0f}", f"{row.get('p50', 0) * 1e3:.2f}", f"{row.get('p99', 0) * 1e3:.2f}",
         f"{row['server']:.0%}")
        for name, row in found["rows"].items() if row["rates"]
    ]  # fmt: skip
    return table(("", "CPU, us a call", "p50, ms", "p99, ms", "server busy"), rows)


def fan_out(results):
    """2,000 calls at once, against a gather over httpx."""
    found = results["scenarios"].get(FAN_OUT)
    base = found and found["rows"].get("httpx, gather")
    if not base:
        return ""
    rows = [
        (name, spread(ratio(row, base)), f"{row['cpu']:.0f}", f"{row['server']:.0%}")
        for name, row in found["rows"].items() if row["rates"]
    ]  # fmt: skip
    return table(("", "times httpx, gather", "CPU, us a call", "server busy"), rows)


def growth(results):
    """Time and memory at once, four and sixteen times the work."""
    rows = []
    for name, sizes in results.get("growth", {}).items():
        first = sizes["1"]
        row = [name]
        for times in TIMES:
            found = sizes[str(times)]
            if "out" in found or "out" in first:
                row += [found.get("out", "-"), ""]
                continue
            row += [f"{found['seconds'] / first['seconds']:.1f}", f"{found['peak'] / 2**20:.0f}"]
        rows.append(row)
    head = [f"{what} at {times}x" for times in TIMES for what in ("time", "peak MB")]
    return table(("", *head), rows) if rows else ""


def decoding(results):
    """Times as long as msgspec takes into its own Structs."""
    cases = results.get("decoding", {})
    names = dict.fromkeys(name for case in cases.values() for name in case)
    rows = []
    for name in names:
        row = [name]
        for case in cases.values():
            pairs = zip(case.get(name, ()), case["msgspec Struct"], strict=False)
            times = [ours / base for ours, base in pairs]
            row.append(spread(Spread.of(times)) if times else "")
        rows.append(row)
    return table(("", *cases), rows) if rows else ""


def profile(results):
    """Where our client's CPU goes, in shares."""
    found = results.get("profile", {})
    if not found:
        return ""
    names = dict.fromkeys(name for one in found.values() for name in one["layers"])
    rows = [
        (name, *(f"{one['layers'].get(name, 0):.0%}" for one in found.values())) for name in names
    ]
    rows.append(("in the kernel, of all", *(f"{one['kernel']:.0%}" for one in found.values())))
    return table(("layer", *found), rows)


def contenders(results):
    """What each is, and its version; who did not take part, and why."""
    versions, out = {}, {}
    for title, found in results["scenarios"].items():
        for name, row in found["rows"].items():
            versions.setdefault(name, row["versions"])
        for name, reason in found["out"].items():
            out.setdefault(name, []).append(f"{title}: {reason}")
    rows = [
        (name, ", ".join(f"{n} {v}" for n, v in versions[name].items()), contender.shape, contender.says)
        for name, contender in CONTENDERS.items() if name in versions
    ]  # fmt: skip
    text = table(("contender", "versions", "shape", "what it does"), rows).replace("--:", "---")
    left = [f"- {name}, {reason}" for name, reasons in out.items() for reason in reasons]
    left += [f"- {title}: no time was left" for title in results.get("left_out", ())]
    return text + ("\nNot measured:\n\n" + "\n".join(left) + "\n" if left else "")


def whole(results, *, level=2):
    """The report. A section without figures is left out."""
    mark = "#" * level
    parts = [f"Measured on {results['machine']}, {results['date']}; {results['load']}.\n"]
    parts += [f"{mark} Goals\n", goals(results)]
    sections = [
        ("2,000 calls at once", "Answers a second, as multiples of `asyncio.gather` over httpx.", fan_out(results)),
        *((title, AGAINST_HTTPX if base else OF_CEILING, door(results, prefix, base)) for title, prefix, base in DOORS),
        *((f"What a call costs, {shown}", "", costs(results, f"instant, {shown}")) for shown in COSTS),
        ("More work", MORE_WORK, growth(results)),
        ("Decoding", "CPU time as multiples of msgspec into its own Structs.", decoding(results)),
        ("Where our time goes", "Shares of the client's CPU time (`python -m benchmarks.profiling`).", profile(results)),
        ("Who ran", "", contenders(results)),
    ]  # fmt: skip
    for title, says, text in sections:
        if text:
            parts += [f"{mark} {title}\n", *([says + "\n"] if says else []), text]
    for name, part in results.get("parts", {}).items():
        text = part["text"] if "|--" in part["text"] else f"```\n{part['text']}\n```"
        parts += [f"{mark} benchmarks.{name}\n", f"{text}\n"]
    return "\n".join(parts)
