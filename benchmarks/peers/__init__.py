"""The statistics held against gbstats, tea-tasting, statsmodels, scipy and published examples.

    python -m benchmarks.peers            compare, and write docs/explanation/peers.md
    python -m benchmarks.peers --check    compare, and fail when the page says something else

Every figure is computed exactly, with 40 digits and by the definition alone (`exact.py`); who differs is held
against that. `nox -s stats-peers` runs it in an environment of its own, because gbstats needs numpy below 2.
"""
