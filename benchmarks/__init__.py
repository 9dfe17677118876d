"""Benchmarks: ratios measured in one run, never lone absolutes.

    __main__.py     everything by one command: `nox -s bench`, `python -m benchmarks`
    smoke.py        the short form for CI: fails below half of a stated goal
    runs.py         one run and its files
    parts.py        runs the programs and gathers their rows
    harness.py      what a program shares: rounds, rows of ratios, the machine
    calls/          one GET by us and by others: server, contenders, scenarios, growth, profile
    tables/         pure: spreads, goals, verdicts, Markdown, the page of the documentation
    NAME.py         a program about one subject: `python -m benchmarks.NAME`

To add a program, put `NAME.py` here; the command finds it, and nothing else has to know. It has a
`main()` that measures, ours and the others' in interleaved rounds, and ends with one call:

    harness.tell("Statistics", [
        Row("CPU of 10,000 comparisons", "gbstats", ratios, at_least=2.0),
    ])

`ratios` holds one figure a round, theirs over ours or ours over theirs as the words say. `tell` prints
a Markdown table, or, when the command asks with `--json`, one line for it. A program takes its own
options with `harness.options(parser)`, stays under four minutes with none, and says what it could
not measure as a row without ratios. `at_least` and `at_most` are stated goals: they appear in the
table of goals, met or missed.
"""
