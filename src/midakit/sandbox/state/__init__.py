"""What the sandbox remembers: visits, records, clock, journal."""
