"""A page is made only of experiments that there are."""


def test_a_report_about_nothing_is_no_page(shop, home, midakit):
    """An unknown id alone fails like any other command; beside a known one it is said on stderr."""
    done = midakit("report", "9999")
    assert done.code == 1
    assert "404" in done.err
    assert "`midakit experiments list`" in done.err
    assert not list(home.glob("*.html"))
    done = midakit("report", "1001", "9999", "-o", "both.html")
    assert done.code == 3
    assert "experiment 9999 is missing: " in done.err
    assert "Homepage headline" in (home / "both.html").read_text()


def test_a_dash_prints_the_page_itself(shop, home, midakit):
    """As for every other command; nothing else goes to stdout, and no file is written."""
    done = midakit.good("report", "1001", "-o", "-")
    assert done.out.startswith("<!doctype html>")
    assert done.out.rstrip().endswith("</html>")
    assert [*home.glob("*@*"), *home.glob("*.html")] == []
    assert midakit("report", "1001", "-o", "-", "--open").code == 2
