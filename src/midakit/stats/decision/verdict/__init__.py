"""From outcomes to one verdict: what to do, how far it is, what it brings."""
