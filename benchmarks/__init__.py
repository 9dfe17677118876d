"""Benchmarks: ratios measured in one run, never lone absolutes."""
