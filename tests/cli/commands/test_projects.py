"""Projects have names."""


def test_an_empty_name_makes_no_project(shop, midakit):
    """Nor does one of spaces."""
    done = midakit("projects", "create", " ")
    assert (done.code, "NAME: must not be empty" in done.err) == (2, True)
