"""What the sandbox stores: visits, records, the clock, the journal and the requests it has seen."""
