"""Help for tests of code that calls Mida: a sandbox for pytest, routes, cassettes."""
