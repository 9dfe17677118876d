"""Read what a server sent: totals, days, arms."""
