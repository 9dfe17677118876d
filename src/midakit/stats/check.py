"""`python -m midakit.stats.check FILE`: check the statistics against a file of reference cases."""

import sys

from midakit.testing.checks.statistics import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
