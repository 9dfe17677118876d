"""What can take a claim back: the traffic, the days, the guardrails."""
