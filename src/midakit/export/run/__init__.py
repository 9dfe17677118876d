"""Work off a plan: send the calls, wait out failures, count and report."""
