"""How many examples the property tests of the statistics draw: more in the nightly hunt."""

import os

from hypothesis import settings

SOME = settings(max_examples=int(os.environ.get("MIDAKIT_STATS_EXAMPLES", "30")))
