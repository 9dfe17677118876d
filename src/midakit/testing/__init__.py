"""Tools for testing code that uses midakit; the pytest plugin is `midakit.testing.plugin`."""
