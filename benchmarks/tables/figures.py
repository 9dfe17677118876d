"""Pure: what rounds of measurements say."""

from dataclasses import asdict, dataclass

from benchmarks.calls.serving import LATENCY
from benchmarks.harness import told
from benchmarks.tables.goals import GOALS, TOLERANCE, Goal
from benchmarks.tables.spreads import Spread, divided


def ratio(row, base):
    """How many times as many answers a second, round by round: both saw the same minute."""
    return Spread.of(divided(row["rates"], base["rates"]))


def cpu_ratio(row, base):
    """How many times less CPU time a call takes, round by round."""
    return Spread.of(divided(base["cpus"], row["cpus"]))


def ceiling(row, flight):
    """Answers a second over the most that the latency allows."""
    return Spread.of([rate * LATENCY / flight for rate in row["rates"]])


def reached(goal: Goal, results) -> Spread | None:
    """What this run says about a goal; None when one of the two did not run."""
    found = results["scenarios"].get(goal.scenario)
    if found is None:
        return None
    rows = {name: row for name, row in found["rows"].items() if row.get("rates")}
    if goal.ours not in rows or (goal.peer and goal.peer not in rows):
        return None
    if goal.figure == "ceiling":
        return ceiling(rows[goal.ours], found["flight"])
    return cpu_ratio(rows[goal.ours], rows[goal.peer])


@dataclass(frozen=True)
class Missed:
    """A goal that no round reached even by half."""

    section: str
    """The scenario or the program, which is measured as a whole."""
    goal: str
    best: str

    def __str__(self):
        return f"{self.goal}: {self.best}"


def below_half(results, goals=GOALS):
    """The goals that no round reached even by half."""
    found = []
    for goal in goals:
        spread = reached(goal, results)
        if spread is None or spread.most < goal.at_least * goal.tolerance:
            best = goal.shown(spread.most) if spread else "not measured"
            said = f"at best {best}, stated {goal.shown(goal.at_least)}"
            found.append(Missed(goal.scenario, goal.title, said))
    for part in results.get("parts", {}).values():
        found += [
            Missed(part["title"], f"{row.what}, {row.against}", f"{row.cells()[2]}, {row.stated}")
            for row in told(part)
            if row.at_least and (not row.ratios or max(row.ratios) < row.at_least * TOLERANCE)
        ]
    return found


def short(results, goals=GOALS):
    """The goals whose median falls short, by half or by a hair."""
    found = ((goal, reached(goal, results)) for goal in goals)
    return [goal.title for goal, spread in found if spread is None or spread.median < goal.at_least]


def summary(results):
    """The ratios with their spread, for programs that read the JSON: goals, and scenarios by peer."""
    goals = {
        goal.title: {
            "ours": goal.ours,
            "at_least": goal.at_least,
            **_fields(reached(goal, results)),
        }
        for goal in GOALS
    }
    ratios = {
        title: {name: _against(row, found["rows"]) for name, row in found["rows"].items() if row["rates"]}
        for title, found in results["scenarios"].items()
    }  # fmt: skip
    return {"goals": goals, "ratios": ratios}


def _against(row, rows):
    """Answers a second over those of each of ours."""
    ours = {name: other for name, other in rows.items() if name.startswith("midakit")}
    return {name: _fields(ratio(other, row)) for name, other in ours.items() if other["rates"]}


def _fields(spread):
    return {} if spread is None else {k: round(v, 3) for k, v in asdict(spread).items()}
