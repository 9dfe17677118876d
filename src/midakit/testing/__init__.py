"""Help for tests of code that calls Mida: pytest fixtures over the local sandbox."""
