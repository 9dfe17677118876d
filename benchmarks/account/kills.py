"""What a `kill -9` in mid-export costs: the reports that have to be asked for again."""

import tempfile
import time

from benchmarks.account.processes import measured, started
from benchmarks.account.server import served, serving


def killed(name, count):
    """The share of what was fetched before the kill that is fetched again after it."""
    with serving(count) as url, tempfile.TemporaryDirectory() as folder:
        process = started("contenders", name, url, folder)
        while (fetched := served(url)) < count and process.poll() is None:  # of 2 * count
            time.sleep(0.005)
        process.kill()
        process.wait()
        process.stdout.close()
        fetched = served(url)
        again = measured("contenders", name, url, folder)
        assert again["timeseries"] >= count, again
        return (served(url) - 2 * count) / fetched
