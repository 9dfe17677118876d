"""Pure: results as Markdown, in ratios with their spread."""

from benchmarks.calls.ceiling import PROCESSES
from benchmarks.calls.contenders import CONTENDERS
from benchmarks.calls.growth import ONCE, TIMES
from benchmarks.calls.scenarios import OTHER_ANSWERS
from benchmarks.harness import listed, told
from benchmarks.tables.figures import ceiling, cpu_ratio, ratio, reached
from benchmarks.tables.goals import FAN_OUT, GOALS
from benchmarks.tables.spreads import Spread, table

FLIGHTS = (1, 16, 64, 256)
DOORS = (
    ("An instant server", "instant", "httpx"),
    ("An instant server, over TLS", "instant, TLS", "httpx"),
    ("50 ms of latency", "50 ms", None),
    ("50 ms of latency, over TLS", "50 ms, TLS", None),
)

COSTS = (
    "instant, 1 in flight", "instant, 64 in flight", "instant, 256 in flight",
    "instant, TLS, 64 in flight", "50 ms, 64 in flight", "50 ms, 256 in flight",
)  # fmt: skip
AGAINST_HTTPX = "Answers a second, as multiples of httpx with as many workers."
OF_CEILING = "Share of the most that in-flight / latency allows."
OTHER_CALLS = (
    "CPU time for a call, theirs over ours, 64 in flight. Theirs decode into dicts; a page of 200 is 200 models with "
    "dates for us, a timeseries 188 rows."
)
MORE_WORK = (
    f"{ONCE} calls, then 4 and 16 times as many, 64 in flight, in a fresh process each: CPU time as "
    "multiples of the first, and the most memory the process held. All but the stream keep every answer."
)


def busy(load):
    """How crowded the machine was while the run went on."""
    return f", at a load average of {load[0]:g} to {load[-1]:g}" if load else ""


def goals(results):
    """Every stated goal, and what this run says about it."""
    rows = [(*verdict(goal, reached(goal, results)), in_answers(goal, results)) for goal in GOALS]
    for part in results.get("parts", {}).values():
        rows += [
            (f"{row.what}, {row.against}", part["title"], *row.cells()[2:], "")
            for row in told(part)
            if row.stated
        ]
    return table(
        ("goal", "ours", "median (least to most)", "stated", "reached", "in answers a second"), rows
    )


def verdict(goal, found):
    """One stated goal as a line of the table."""
    percent = goal.figure == "ceiling"
    stated = f"at least {goal.at_least:.0%}" if percent else f"at least {goal.at_least:g}"
    if found is None:
        return goal.title, goal.ours, "not measured", stated, "-"
    met = "yes" if found.median >= goal.at_least else "**no**"
    return goal.title, goal.ours, found.shown(percent=percent), stated, met


def in_answers(goal, results):
    """The same comparison in answers a second, which waiting and a busy machine bring together."""
    rows = results["scenarios"].get(goal.scenario, {}).get("rows", {})
    if goal.peer in rows and rows.get(goal.ours, {}).get("rates") and rows[goal.peer]["rates"]:
        return f"{ratio(rows[goal.ours], rows[goal.peer]).median:.1f}"
    return ""


def door(results, prefix, base):
    """One door of the server: every contender at every number of calls in flight."""
    cells: dict[str, dict[int, str]] = {}
    for flight in FLIGHTS:
        found = results["scenarios"].get(f"{prefix}, {flight} in flight")
        for name, row in found["rows"].items() if found else ():
            if not row["rates"]:
                continue
            if base is None:
                shown = ceiling(row, flight).shown(percent=True)
            elif base in found["rows"]:
                shown = ratio(row, found["rows"][base]).shown()
            else:
                continue
            cells.setdefault(name, {})[flight] = shown
    rows = [(name, *(by.get(flight, "") for flight in FLIGHTS)) for name, by in ordered(cells)]
    return table(("in flight", *map(str, FLIGHTS)), rows) if rows else ""


def ordered(named):
    """By name, in the order of the table of contenders."""
    places = {name: place for place, name in enumerate(CONTENDERS)}
    return sorted(named.items(), key=lambda one: places[one[0]])


def costs(results, title):
    """CPU for each call, delays, memory, and how far from its ceiling the server was."""
    found = results["scenarios"].get(title)
    if not found:
        return ""
    rows = [
        (name, f"{row['cpu']:.0f}", f"{row.get('p50', 0) * 1e3:.2f}", f"{row.get('p99', 0) * 1e3:.2f}",
         f"{row.get('peak', 0) / 2**20:.0f}", f"{row['server']:.0%}")
        for name, row in ordered(found["rows"]) if row["rates"]
    ]  # fmt: skip
    return table(("", "CPU, us a call", "p50, ms", "p99, ms", "peak MB", "server busy"), rows)


def server(results):
    """What the server can do, and how near to it anybody came."""
    lines = []
    for door, most in results.get("ceilings", {}).items():
        rates = _rates(results, tls=door == "TLS") if most else {}
        if rates:
            name = max(rates, key=rates.__getitem__)
            lines.append(
                f"- The server, {door}: {1 / most['cpu']:,.0f} answers a second from a core of its own, by its "
                f"CPU time; {most['seen']:,} were seen with {PROCESSES} processes of prepared bytes at once. The "
                f"fastest client, {name}, had {rates[name]:,.0f} (median)."
            )
    return "\n".join([*lines, ""]) if lines else ""


def _rates(results, *, tls):
    """The best median of every client at a door without latency; what is no client does not count."""
    found = {}
    for scenario in results["scenarios"].values():
        if scenario["tls"] is tls and not scenario["delay"]:
            for name, row in scenario["rows"].items():
                if row["rates"] and not name.startswith("wire"):
                    found[name] = max(found.get(name, 0.0), Spread.of(row["rates"]).median)
    return found


def fan_out(results):
    """2,000 calls at once, against a gather over httpx."""
    found = results["scenarios"].get(FAN_OUT)
    base = found and found["rows"].get("httpx, gather")
    if not base:
        return ""
    rows = [
        (name, ratio(row, base).shown(), f"{row['cpu']:.0f}", f"{row['server']:.0%}")
        for name, row in ordered(found["rows"]) if row["rates"]
    ]  # fmt: skip
    return table(("", "times httpx, gather", "CPU, us a call", "server busy"), rows)


def other_answers(results):
    """CPU time for a call, theirs over ours, for every kind of call."""
    cells: dict[str, dict[str, str]] = {}
    titles = [one.title for one in OTHER_ANSWERS]
    for title in titles:
        rows = results["scenarios"].get(title, {}).get("rows", {})
        ours = rows.get("midakit own")
        for name, row in rows.items() if ours else ():
            if row["rates"] and row is not ours:
                cells.setdefault(name, {})[title] = cpu_ratio(ours, row).shown()
    rows = [(name, *(by.get(title, "") for title in titles)) for name, by in ordered(cells)]
    return table(("", *(title.partition(",")[0] for title in titles)), rows) if rows else ""


def growth(results):
    """CPU time and memory at once, four and sixteen times the work."""
    rows = []
    for name, sizes in results.get("growth", {}).items():
        first = sizes["1"]
        row = [name]
        for times in TIMES:
            found = sizes[str(times)]
            if "out" in found or "out" in first:
                row += [found.get("out", "-"), ""]
                continue
            row += [f"{found['cpu'] / first['cpu']:.1f}", f"{found['peak'] / 2**20:.0f}"]
        rows.append(row)
    head = [f"{what} at {times}x" for times in TIMES for what in ("CPU", "peak MB")]
    return table(("", *head), rows) if rows else ""


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
    head = ("contender", "versions", "shape", "what it does")
    text = table(head, rows).replace("--:", "---") if rows else ""
    left = [f"- {name}, {reason}" for name, reasons in out.items() for reason in reasons]
    left += [f"- {title}: no time was left" for title in results.get("left_out", ())]
    return text + ("\nNot measured:\n\n" + "\n".join(left) + "\n" if left else "")


def whole(results, *, level=2):
    """The report. A section without figures is left out."""
    mark = "#" * level
    parts = [f"Measured on {results['machine']}, {results['date']}{busy(results['load'])}.\n"]
    parts += [server(results), f"{mark} Goals\n", goals(results)]
    sections = [
        ("2,000 calls at once", "Answers a second, as multiples of `asyncio.gather` over httpx.", fan_out(results)),
        *((title, AGAINST_HTTPX if base else OF_CEILING, door(results, prefix, base)) for title, prefix, base in DOORS),
        ("Other calls", OTHER_CALLS, other_answers(results)),
        *((f"What a call costs: {title}", "", costs(results, title)) for title in COSTS),
        ("More work", MORE_WORK, growth(results)),
        ("Where our time goes", "Shares of the client's CPU time (`python -m benchmarks.calls.profiling`).", profile(results)),
    ]  # fmt: skip
    for title, says, text in sections:
        if text:
            parts += [f"{mark} {title}\n", *([says + "\n"] if says else []), text]
    for part in results.get("parts", {}).values():
        parts += [f"{mark} {part['title']}\n", listed(told(part), part["note"])]
    return "\n".join([*parts, f"{mark} Who ran\n", contenders(results)])
